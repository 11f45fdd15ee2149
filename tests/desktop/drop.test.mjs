// Files that are dropped on the real window: it tells their paths on this disk, and they are in the project afterwards.
//
// No program can drag on a screen that is not there, so the drop is told to the page as the window tells it: by the event of
// the web view, to the listeners that the page has for it. What follows is the real thing.

import assert from "node:assert/strict";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { LIMIT_MS, openWindow, until } from "./driver.mjs";

const PONY = new URL("../../assets/sample/pony.png", import.meta.url).pathname;

/** Calls the core as the page does. */
const call = (window, name, args = {}) =>
  window.evaluate((name, args) => window.__TAURI_INTERNALS__.invoke("call", { name, args }), name, args);

/**
 * Tells the page an event of the web view, as the window does: to all that listen to it. Gives how many that are. The names
 * are Tauri's own: where it changes them, nobody listens and the test says so.
 */
const tell = (window, event, payload) =>
  window.evaluate(
    (event, payload) => {
      const listeners = window.__internal_unstable_listeners_object_id__?.[event] ?? {};
      const ids = Object.getOwnPropertyNames(listeners);
      window.__internal_unstable_listeners_function_id__?.({ event, payload }, ids);
      return ids.length;
    },
    event,
    payload,
  );

test("a picture dropped on the shot becomes its first frame, by its path", { timeout: 2 * LIMIT_MS }, async (t) => {
  const home = await mkdtemp(join(tmpdir(), "gallop-window-"));
  t.after(() => rm(home, { recursive: true, force: true, maxRetries: 10 }));
  const picture = join(home, "ein Pony 小马.png");
  await copyFile(PONY, picture);

  const window = await openWindow(t, home);
  await window.button("Make the first clip");
  await call(window, "app.set_settings", { settings: { seen_first_run: true } });
  await call(window, "project.create", { name: "Test", aspect: "9:16", model: "pony" });
  await call(window, "shot.add", { shot: { description: "A pony looks into the camera.", lines: [], sound: null } });
  await window.reload();
  await window.find(".shot-fields textarea");
  const position = await until(
    () =>
      window.evaluate(() => {
        const box = document.querySelector(".shot-fields textarea")?.getBoundingClientRect();
        const scale = window.devicePixelRatio;
        return box && { x: (box.x + box.width / 2) * scale, y: (box.y + box.height / 2) * scale };
      }),
    "the shot has no place",
  );

  // The page begins to listen once it is there, to one event after the other.
  const kinds = ["enter", "over", "drop", "leave"].map((kind) => `tauri://drag-${kind}`);
  const listens = () => window.evaluate((kinds) => kinds.every((kind) => window.__internal_unstable_listeners_object_id__?.[kind]), kinds);
  await until(listens, "nobody listens to drops");
  await tell(window, "tauri://drag-enter", { paths: [picture], position });
  await tell(window, "tauri://drag-over", { position });
  await tell(window, "tauri://drag-drop", { paths: [picture], position });
  const project = await until(async () => {
    const now = await call(window, "project.get");
    return now.shots[0].image && now;
  }, "the picture does not become the first frame");
  assert.equal(project.shots[0].image.name, "ein Pony 小马.png");
  assert.equal(project.media[0].kind, "picture");
  assert.equal(project.media[0].sha256, project.shots[0].image.sha256);

  // What is no picture is refused by its name, and the shot stays as it is.
  await tell(window, "tauri://drag-drop", { paths: [join(home, "gone.png")], position });
  const isSaid = () => [...document.querySelectorAll("[role=alert]")].some((note) => note.textContent.includes("gone.png"));
  await until(() => window.evaluate(isSaid), "the file that is not there is not named");
  assert.equal((await call(window, "project.get")).media.length, 1);
  await window.close();
});
