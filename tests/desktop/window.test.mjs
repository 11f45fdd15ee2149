// The real window: it opens, makes a clip, plays it, is closed and comes back to where it was.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { LIMIT_MS, openWindow, until } from "./driver.mjs";

test("a clip is made and plays; the next start finds the window, the project and the take", { timeout: 4 * LIMIT_MS }, async (t) => {
  const home = await mkdtemp(join(tmpdir(), "gallop-window-"));
  t.after(() => rm(home, { recursive: true, force: true, maxRetries: 10 }));

  const window = await openWindow(t, home);
  await (await window.button("Make the first clip")).click();
  const words = await window.find(".first-box textarea");
  await words.type("A red paper pony stands on a green meadow at noon.");
  await (await window.button("Make the clip")).click();
  await window.find(".take-strip .take-card:not(.take-making)");
  await (await window.button("Play")).click();
  await until(
    () => window.evaluate(() => Number(document.querySelector("[data-testid=picture]")?.dataset.frame) > 5),
    "the clip does not play",
  );
  await window.move({ x: 60, y: 40, width: 1200, height: 800 });
  await until(async () => (await window.place()).width === 1200, "the window does not take its size");
  // Written down once the window rests.
  await until(() => existsSync(join(home, "config/window.json")) && readFileSync(join(home, "config/window.json"), "utf8").includes("1200"), "the window's place is not written down");
  await window.close();

  const again = await openWindow(t, home);
  await again.find(".take-strip .take-card:not(.take-making)");
  await until(async () => {
    const { width, height } = await again.place();
    return width === 1200 && height === 800;
  }, "the window does not come back at its size");
  const prompt = await again.evaluate(() => document.querySelector(".shot-fields textarea")?.value);
  assert.equal(prompt, "A red paper pony stands on a green meadow at noon.");
  await again.close();
});
