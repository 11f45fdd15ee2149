// The one way out of the window: calls into the core, and its events. Two transports carry them alike.

import type { Calls, Detail, Event } from "./bindings";
import { connectTauri } from "./tauri";
import { connectWeb } from "./web";

export type * from "./bindings";

/** The name of a call of the core. */
export type CallName = keyof Calls;

/** What the core said no to. `code` is one of the few kinds that the window acts on; `message` is for the reader. */
export class CallError extends Error {
  constructor(
    readonly code: string,
    message: string,
    /** The same for those who tell it in another language. */
    readonly detail?: Detail,
  ) {
    super(message);
    this.name = "CallError";
  }
}

/** Whether the core can be reached. */
export type Link = "connecting" | "open" | "lost";

/** A connection to the core. */
export interface Backend {
  /** Which transport this is: files have real paths only in the app. */
  readonly kind: "app" | "web";
  /** Calls the core. Rejects with a {@link CallError}. */
  call<N extends CallName>(name: N, args: Calls[N]["args"]): Promise<Calls[N]["result"]>;
  /** Hears the core's events until the returned function is called. */
  subscribe(hear: (event: Event) => void): () => void;
  /** Hears whether the core can be reached. */
  onLink(hear: (link: Link) => void): () => void;
  /** The address of a clip, poster or picture that the core named by its path on the media server. */
  mediaUrl(path: string): string;
  /** Asks the user for files, or null where they changed their mind. In the browser the files are uploaded first. */
  pickFiles(kinds: "pictures" | "sounds" | "media"): Promise<string[] | null>;
  /** Asks the user for a folder, or null. Where there is no dialog, the window asks for a path itself. */
  pickFolder(): Promise<string | null | "unsupported">;
  /** Real paths of dropped files; the browser uploads them. */
  pathsOf(files: File[]): Promise<string[]>;
}

/** Connects to the core by the transport that this page was opened with. */
export function connect(): Promise<Backend> {
  return "__TAURI_INTERNALS__" in window ? connectTauri() : connectWeb();
}
