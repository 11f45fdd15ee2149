// What went wrong, for the reader. The core tells it in English, with names and numbers; the kinds that it has a code
// for are also told in the other language of the interface.

import { CallError } from "../backend";
import { has, language, t } from "./index";

/** A problem in a sentence or two. */
export function problemText(problem: unknown): string {
  const message = problem instanceof Error ? problem.message : String(problem);
  if (!(problem instanceof CallError) || language() === "en") return sentence(message);
  const key = `problem.${problem.code}`;
  return has(key) ? t(key, { why: sentence(message) }) : sentence(message);
}

/** The core writes as in the middle of a line; here it stands alone. */
function sentence(message: string): string {
  return message.charAt(0).toUpperCase() + message.slice(1);
}
