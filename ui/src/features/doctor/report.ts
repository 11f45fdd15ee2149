// The doctor's report for strangers.

/** The report as it can be shown to strangers: without folders, and without the user's name. */
export function redacted(value: unknown): string {
  return JSON.stringify(value, withoutPaths, 2);
}

function withoutPaths(key: string, value: unknown): unknown {
  if (key === "places" || key === "program" || key === "folder") return undefined;
  if (typeof value !== "string") return value;
  return value.replace(/(?:[A-Za-z]:)?[\\/](?:home|Users|root)\b(?:[\\/][^\\/\s"]+)?/g, "~");
}
