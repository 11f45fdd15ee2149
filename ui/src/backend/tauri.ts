// The transport of the installed app: two commands of the window, `call` and `subscribe`, and its dialogs.

import { Channel, invoke } from "@tauri-apps/api/core";
import { CallError, type Backend } from "./index";
import type { Detail, Event } from "./bindings";

interface Refusal {
  code: string;
  message: string;
  detail?: Detail;
}

const isRefusal = (reason: unknown): reason is Refusal =>
  typeof reason === "object" && reason !== null && "code" in reason && "message" in reason;

async function ask<T>(command: string, args: Record<string, unknown>): Promise<T> {
  try {
    return await invoke<T>(command, args);
  } catch (reason) {
    throw isRefusal(reason) ? new CallError(reason.code, reason.message, reason.detail) : new CallError("internal", String(reason));
  }
}

/** Connects to the core inside this app. */
export async function connectTauri(): Promise<Backend> {
  const hearers = new Set<(event: Event) => void>();
  const events = new Channel<Event>();
  events.onmessage = (event) => hearers.forEach((hear) => hear(event));
  await ask("subscribe", { events });
  const { media_url } = await ask<{ media_url: string }>("call", { name: "app.status", args: {} });
  return {
    kind: "app",
    call: (name, args) => ask("call", { name, args }),
    subscribe(hear) {
      hearers.add(hear);
      return () => hearers.delete(hear);
    },
    onLink(hear) {
      hear("open");
      return () => undefined;
    },
    mediaUrl: (path) => new URL(path.replace(/^\//, ""), media_url).href,
    pickFiles: (kinds) => ask("pick_files", { kinds }),
    pickFolder: () => ask("pick_folder", {}),
    // Files are dropped on the window itself there, which tells their paths in an event.
    pathsOf: () => Promise.resolve([]),
  };
}
