// The transport of `gallop serve`: calls and events over one WebSocket, files by upload.
//
// The page lies at `/TOKEN/`, the socket at `/TOKEN/ws`. A call goes out as `{id, name, args}` and comes back as
// `{id, ok}` or `{id, error: {code, message, detail?}}`; events come as `{event}`.

import { CallError, type Backend, type Link } from "./index";
import type { Event, Refusal } from "./bindings";
import { pickInBrowser } from "./pick";

type Answer =
  | { id: number; ok: unknown }
  | { id: number; error: Refusal }
  | { event: Event };

interface Waiting {
  resolve(value: unknown): void;
  reject(error: CallError): void;
}

const RETRY_MS = [250, 500, 1000, 2000];

/** Connects to the server that this page came from, and again whenever the connection is lost. */
export async function connectWeb(): Promise<Backend> {
  const base = new URL(".", window.location.href);
  const waiting = new Map<number, Waiting>();
  const hearers = new Set<(event: Event) => void>();
  const links = new Set<(link: Link) => void>();
  let next = 1;
  let socket: WebSocket | undefined;
  let tries = 0;
  // The first connection may take several tries, too.
  let reached = (): void => undefined;
  const first = new Promise<void>((resolve) => (reached = resolve));

  const tell = (link: Link) => links.forEach((hear) => hear(link));

  function open(): void {
    const address = new URL("ws", base);
    address.protocol = address.protocol.replace("http", "ws");
    const opening = new WebSocket(address);
    socket = opening;
    opening.onmessage = (message) => take(JSON.parse(String(message.data)) as Answer);
    opening.onclose = () => lost();
    opening.onopen = () => {
      tries = 0;
      tell("open");
      reached();
    };
  }

  function lost() {
    for (const { reject } of waiting.values()) reject(new CallError("disconnected", "the studio was closed"));
    waiting.clear();
    tell("lost");
    const pause = RETRY_MS[Math.min(tries++, RETRY_MS.length - 1)];
    setTimeout(open, pause);
  }

  function take(answer: Answer) {
    if ("event" in answer) return hearers.forEach((hear) => hear(answer.event));
    const call = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ("error" in answer) call?.reject(new CallError(answer.error.code, answer.error.message, answer.error.detail));
    else call?.resolve(answer.ok);
  }

  async function upload(file: File): Promise<string> {
    const response = await fetch(new URL("upload", base), {
      method: "POST",
      headers: { "x-file-name": encodeURIComponent(file.name) },
      body: file,
    });
    const answer = (await response.json()) as { path: string } | Refusal;
    if ("path" in answer) return answer.path;
    throw new CallError(answer.code, answer.message, answer.detail);
  }

  const pathsOf = (files: File[]) => Promise.all(files.map(upload));
  open();
  await first;
  return {
    kind: "web",
    call(name, args) {
      if (socket?.readyState !== WebSocket.OPEN) {
        return Promise.reject(new CallError("disconnected", "the studio is not reachable"));
      }
      const id = next++;
      socket.send(JSON.stringify({ id, name, args }));
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      });
    },
    subscribe(hear) {
      hearers.add(hear);
      return () => hearers.delete(hear);
    },
    onLink(hear) {
      links.add(hear);
      return () => links.delete(hear);
    },
    mediaUrl: (path) => new URL(path.replace(/^\//, ""), base).href,
    pickFiles: async (kinds) => {
      const files = await pickInBrowser(kinds);
      return files && pathsOf(files);
    },
    pickFolder: () => Promise.resolve("unsupported"),
    pathsOf,
  };
}
