// A hub of one's own on this machine that serves a small model, and does to it what bad lines and bad servers do.

import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";

/** How much goes out at once, and how long the line rests between two pieces. */
const PIECE = 64 << 10;
const REST_MS = 10;

/** Bytes that look like nothing else, the same in every run. */
function noise(bytes, seed) {
  const content = Buffer.alloc(bytes);
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  for (let at = 0; at < bytes; at += 4) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    content.writeUInt32LE(state >>> 0, at);
  }
  return content;
}

/**
 * Serves models of two files, each under its own name. `faults` tells by the model's name what goes wrong with its
 * requests for the large file, one entry after the other; when they are used up, nothing does. A fault is
 * `{ kind: "drop" | "stall" | "short" | "corrupt", after: BYTES }` or `{ kind: "status", status, headers }`;
 * `{ …, forever: true }` never ends. Once `line.left` bytes have gone out, nothing more does until there are more.
 */
export async function startHub(test, names, faults = {}, bytes = 3 << 20) {
  const models = new Map(
    names.map((name, at) => [
      name,
      { big: noise(bytes, at + 1), config: Buffer.from(`{"architectures":["${name}"]}`), faults: [...(faults[name] ?? [])] },
    ]),
  );
  const log = [];
  const line = { left: Infinity };
  const open = new Set();
  const server = createServer((request, response) => {
    const [, , name, , , path] = request.url.split("/");
    const model = models.get(name);
    const content = path === "big.bin" ? model?.big : path === "config.json" ? model?.config : undefined;
    if (!content) return void response.writeHead(404).end();
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
    const first = range ? Number(range[1]) : 0;
    const last = Math.min(range ? Number(range[2]) : content.length - 1, content.length - 1);
    // The first byte alone is how the store asks what a file is.
    const isQuestion = last === 0;
    const fault = path === "big.bin" && (!isQuestion || model.faults[0]?.kind === "status") ? take(model.faults) : undefined;
    log.push({ name, path, first, last, isQuestion, fault: fault?.kind, token: request.headers.authorization });
    if (fault?.kind === "status") return void response.writeHead(fault.status, fault.headers ?? {}).end();
    let body = content.subarray(first, last + 1);
    if (fault?.kind === "corrupt") body = Buffer.from(body.map((byte, at) => (at === 7 ? byte ^ 0xff : byte)));
    const told = fault?.kind === "short" ? Math.min(fault.after, body.length) : body.length;
    response.writeHead(206, {
      "content-range": `bytes ${first}-${last}/${content.length}`,
      "content-length": told,
      etag: `"${createHash("sha256").update(content).digest("hex")}"`,
    });
    send(response, body.subarray(0, told), fault, line);
  });
  server.on("connection", (socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  test.after(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${server.address().port}`, log, models, line };
}

function take(faults) {
  return faults[0]?.forever ? faults[0] : faults.shift();
}

/** Sends bytes at the pace of a line, as far as the fault lets it. */
function send(response, body, fault, line) {
  const end = fault?.kind === "drop" || fault?.kind === "stall" ? Math.min(fault.after, body.length) : body.length;
  let at = 0;
  const next = () => {
    if (response.destroyed) return;
    if (at >= end) {
      if (fault?.kind === "drop") return void response.destroy();
      if (fault?.kind === "stall") return;
      return void response.end();
    }
    if (line.left <= 0) return void setTimeout(next, REST_MS);
    const piece = body.subarray(at, Math.min(at + PIECE, end));
    at += piece.length;
    line.left -= piece.length;
    response.write(piece);
    setTimeout(next, REST_MS);
  };
  next();
}

/** Puts entries for the models of a hub into the user's catalog. */
export async function writeCatalog(home, hub, gates = {}) {
  const folder = join(home, "config/catalog");
  await mkdir(folder, { recursive: true });
  for (const [name, { big }] of hub.models) {
    const digest = createHash("sha256").update(big).digest("hex");
    await writeFile(
      join(folder, `${name}.toml`),
      `format = 1
id = "${name}"
name = "Toy ${name}"
summary = "For tests."
repo = "them/${name}"
revision = "main"
page = "https://hub.example/them/${name}"
download_bytes = ${big.length + 64}
disk_bytes = ${big.length + 64}
[licence]
name = "Toy licence"
url = "https://hub.example/licence"
summary = "Be good."
gate = "${gates[name] ?? "none"}"
[[files]]
path = "big.bin"
bytes = ${big.length}
sha256 = "${digest}"
[[files]]
path = "config.json"
`,
    );
  }
}
