// The real `gallop serve` with a home of its own, and the system's Chromium before it.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const require = createRequire(new URL("../../ui/package.json", import.meta.url));
const { chromium } = require("playwright-core");

/** The repository. */
export const ROOT = new URL("../../", import.meta.url).pathname;

/** Longer than anything should take on two slow cores: reaching it is a failure, not a measurement. */
export const LIMIT_MS = Number(process.env.GALLOP_TEST_LIMIT_MS ?? 300_000);

const BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Switches off what a browser does beside showing a page: it must reach nothing but this machine. */
const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--autoplay-policy=no-user-gesture-required",
];

/** A home folder that is removed after the test. */
export async function newHome(test) {
  const home = await mkdtemp(join(tmpdir(), "gallop-home-"));
  test.after(() => rm(home, { recursive: true, force: true, maxRetries: 10 }));
  return home;
}

/**
 * Starts `gallop serve` in `home` and waits for its link. `stop` ends it in order, `kill` as a power cut does. `wrap` is a
 * command that it is started through.
 */
export async function serve(test, home, env = {}, wrap = []) {
  const program = process.env.GALLOP_PROGRAM;
  if (!program) throw new Error("GALLOP_PROGRAM names no program; run `cargo xtask browser-test`");
  const [command, ...words] = [...wrap, program, "serve", "--port", "0"];
  const child = spawn(command, words, {
    env: { ...process.env, GALLOP_HOME: home, XDG_DOCUMENTS_DIR: join(home, "documents"), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = [];
  child.stderr.on("data", (bytes) => said.push(String(bytes)));
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const finish = async (signal) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await ended;
  };
  test.after(() => finish("SIGKILL"));
  const link = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const found = /http:\/\/127\.0\.0\.1:\d+\/\S*/.exec(line);
      if (found) resolve(found[0]);
    });
    ended.then((code) => reject(new Error(`gallop serve ended with ${code}: ${said.join("")}`)));
  });
  return { link, pid: child.pid, stop: () => finish("SIGINT"), kill: () => finish("SIGKILL"), said: () => said.join("") };
}

/** Opens a page in a new browser profile. Errors of the page and refused resources fail the test that caused them. */
export async function browse(test, link, options = {}) {
  const executablePath = BROWSERS.find(existsSync);
  if (!executablePath) throw new Error(`no Chromium at ${BROWSERS.join(" or ")}`);
  const browser = await chromium.launch({ executablePath, args: QUIET });
  test.after(() => browser.close());
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    locale: "en-US",
    colorScheme: "dark",
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(LIMIT_MS);
  const troubles = [];
  page.on("pageerror", (error) => troubles.push(`page error: ${error.stack ?? error}`));
  page.on("console", (message) => {
    if (message.type() === "error" && /Content Security Policy|Refused to/.test(message.text())) troubles.push(message.text());
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (!["127.0.0.1"].includes(url.hostname) && !["blob:", "data:"].includes(url.protocol)) {
      troubles.push(`asked another host: ${request.url()}`);
    }
  });
  await page.goto(link);
  return { page, context, browser, troubles };
}

/** A copy of a folder of the repository, for tests that change it. */
export async function copyOf(folder, to) {
  await cp(join(ROOT, folder), to, { recursive: true });
  return to;
}

/** Calls the core over a connection of its own. */
export function call(page, name, args = {}) {
  return page.evaluate(
    ([name, args]) =>
      new Promise((resolve, reject) => {
        const address = new URL("ws", new URL(".", window.location.href));
        address.protocol = address.protocol.replace("http", "ws");
        const socket = new WebSocket(address);
        socket.onopen = () => socket.send(JSON.stringify({ id: 1, name, args }));
        socket.onerror = () => reject(new Error("the studio cannot be reached"));
        socket.onmessage = ({ data }) => {
          const answer = JSON.parse(data);
          if (answer.id !== 1) return;
          socket.close();
          if (answer.error) reject(new Error(`${answer.error.code}: ${answer.error.message}`));
          else resolve(answer.ok);
        };
      }),
    [name, args],
  );
}

/** Waits until `check` gives something true. */
export async function until(check, otherwise) {
  const end = Date.now() + LIMIT_MS;
  while (Date.now() < end) {
    const got = await check();
    if (got) return got;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(otherwise);
}

/**
 * Remembers what the elements of `selector` say from the next load of the page on, however short. What it gives waits until
 * one whose words contain `name` has said `words`.
 */
export async function listen(page, selector) {
  await page.addInitScript((selector) => {
    const heard = new Set();
    window.heard = heard;
    const look = () => document.querySelectorAll(selector).forEach((element) => heard.add(element.textContent));
    new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true, attributes: true });
  }, selector);
  return (name, words) =>
    until(
      async () => (await page.evaluate(() => [...window.heard])).some((said) => said.includes(name) && words.test(said)),
      `“${name}” does not say ${words}`,
    );
}

/** Waits until the page has painted what it was told up to now. */
export const painted = (page) =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))));

/** The mean brightness, 0 to 255, of what a picture or video shows now. */
export function brightness(locator) {
  return locator.screenshot().then((png) =>
    locator.page().evaluate(async (bytes) => {
      const picture = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: "image/png" }));
      const canvas = new OffscreenCanvas(picture.width, picture.height);
      const drawing = canvas.getContext("2d");
      drawing.drawImage(picture, 0, 0);
      const { data } = drawing.getImageData(0, 0, picture.width, picture.height);
      let sum = 0;
      for (let at = 0; at < data.length; at += 4) sum += (data[at] + data[at + 1] + data[at + 2]) / 3;
      return sum / (data.length / 4);
    }, [...png]),
  );
}

/** Drops a file on an element, as a browser does. */
export async function drop(page, target, name, type, bytes) {
  const files = await page.evaluateHandle(
    ([name, type, bytes]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array(bytes)], name, { type }));
      return transfer;
    },
    [name, type, [...bytes]],
  );
  const box = await target.boundingBox();
  const place = { clientX: box.x + box.width / 2, clientY: box.y + box.height / 2, bubbles: true, cancelable: true };
  for (const kind of ["dragenter", "dragover", "drop"]) await target.dispatchEvent(kind, { dataTransfer: files, ...place });
}

/** A new project with these shots, opened in the page. */
export async function projectWith(page, shots) {
  await call(page, "app.set_settings", { settings: { seen_first_run: true } });
  const project = await call(page, "project.create", { name: "Test", aspect: "9:16", model: "pony" });
  for (const shot of shots) await call(page, "shot.add", shot);
  await page.reload();
  return project;
}
