// The real window, driven through WebKitWebDriver by the W3C protocol. It needs a display (`cargo xtask desktop-test`
// gives one without a screen) and speaks to nothing but this machine.

import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** Longer than anything should take on two slow cores: reaching it is a failure, not a measurement. */
export const LIMIT_MS = Number(process.env.GALLOP_TEST_LIMIT_MS ?? 300_000);
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Opens the window with this home and drives it. */
export async function openWindow(test, home) {
  const binary = process.env.GALLOP_WINDOW;
  if (!binary) throw new Error("GALLOP_WINDOW names no program; run `cargo xtask desktop-test`");
  const port = await freePort();
  const driver = spawn("WebKitWebDriver", [`--port=${port}`, "--host=127.0.0.1"], {
    // The window allows itself to be driven only where this is set.
    env: { ...process.env, TAURI_AUTOMATION: "true", TAURI_WEBVIEW_AUTOMATION: "true", GALLOP_HOME: home },
    // A group of its own: the driver ends without waiting for the window, which would go on and hold the runner's output.
    detached: true,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const end = () => endGroup(driver);
  test.after(end);
  const base = `http://127.0.0.1:${port}`;
  await until(() => fetch(`${base}/status`).then((answer) => answer.ok, () => false), "WebKitWebDriver does not answer");

  async function ask(method, path, body) {
    const answer = await fetch(`${base}${path}`, { method, ...(body && { body: JSON.stringify(body) }) });
    const { value } = await answer.json();
    if (!answer.ok) throw Object.assign(new Error(`${value.error}: ${value.message}`), { kind: value.error });
    return value;
  }

  const options = { "webkitgtk:browserOptions": { binary, args: [] } };
  const { sessionId } = await ask("POST", "/session", { capabilities: { alwaysMatch: options } });
  const session = `/session/${sessionId}`;
  async function element(using, value) {
    let found;
    await until(async () => {
      found = await ask("POST", `${session}/element`, { using, value }).catch(() => undefined);
      return found;
    }, `${value} does not appear`);
    const path = `${session}/element/${found[ELEMENT]}`;
    return {
      click: () => ask("POST", `${path}/click`, {}),
      type: (text) => ask("POST", `${path}/value`, { text }),
      text: () => ask("GET", `${path}/text`),
    };
  }

  const window = {
    /** Runs a function in the page and gives what it returns, which may be a promise. */
    evaluate: (inPage, ...args) =>
      ask("POST", `${session}/execute/sync`, { script: `return (${inPage})(...arguments)`, args }),
    /** Loads the page again. What was there before is not taken for what comes. */
    async reload() {
      await window.evaluate(() => {
        window.isOld = true;
        window.location.reload();
      });
      const isNew = () => window.evaluate(() => !window.isOld && document.readyState === "complete").catch(() => false);
      await until(isNew, "the page does not come again");
    },
    /** The first element of a selector, as soon as it is there. */
    find: (selector) => element("css selector", selector),
    /** The button with this name, as soon as it is there. */
    button: (name) => element("xpath", `//button[@aria-label="${name}" or starts-with(normalize-space(.), "${name}")]`),
    /** A picture of the page as PNG. */
    picture: async () => Buffer.from(await ask("GET", `${session}/screenshot`), "base64"),
    /** Where the window lies and how large it is. */
    place: () => ask("GET", `${session}/window/rect`),
    move: (rect) => ask("POST", `${session}/window/rect`, rect),
    /** Ends the session, and the window with it. */
    async close() {
      await ask("DELETE", session).catch(() => undefined);
      await end();
    },
  };
  return window;
}

/** Ends a detached process with everything that it started and that stayed in its group. */
async function endGroup(leader) {
  const has = () => {
    try {
      return process.kill(-leader.pid, 0);
    } catch {
      return false;
    }
  };
  for (const signal of ["SIGTERM", "SIGKILL"]) {
    if (has()) process.kill(-leader.pid, signal);
    for (let waited = 0; has() && waited < 5_000; waited += 50) await pause(50);
  }
}

/** Waits until `check` gives something true. */
export async function until(check, otherwise) {
  const end = Date.now() + LIMIT_MS;
  while (Date.now() < end) {
    const got = await check();
    if (got) return got;
    await pause(100);
  }
  throw new Error(otherwise);
}
