// A creator who has read nothing reaches a clip: the first screen, a few words, one key.

import assert from "node:assert/strict";
import { test } from "node:test";
import { brightness, browse, call, newHome, serve, until } from "./harness.mjs";

test("a first clip is made, lies on the timeline and plays with sound", async (t) => {
  const { link } = await serve(t, await newHome(t));
  const { page, troubles } = await browse(t, link);

  await page.getByRole("button", { name: "Make the first clip" }).click();
  const words = page.getByRole("textbox", { name: "Write a shot" });
  await words.fill("A red paper pony stands on a green meadow at noon.");
  await words.press("Control+Enter");

  await page.getByRole("list", { name: /^Takes of/ }).getByRole("button", { name: /^draft/ }).waitFor();
  const project = await call(page, "project.get");
  assert.equal(project.takes.length, 1);
  assert.equal(project.timeline.clips.length, 1);
  assert.equal(project.shots[0].shot.description, "A red paper pony stands on a green meadow at noon.");

  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Play", exact: true }).click();
  const picture = page.getByTestId("picture");
  await until(() => picture.evaluate((canvas) => Number(canvas.dataset.frame) > 5), "the clip does not play");
  const light = await brightness(picture);
  assert.ok(light > 20 && light < 235, `the picture is empty: mean ${light}`);
  assert.deepEqual(troubles, []);
});

test("a shot can be written with the keyboard alone", async (t) => {
  const { link } = await serve(t, await newHome(t));
  const { page, troubles } = await browse(t, link);
  await page.getByRole("button", { name: "Make the first clip" }).waitFor();
  await reach(page, "Make the first clip");
  await page.keyboard.press("Enter");
  await page.getByRole("textbox", { name: "Write a shot" }).waitFor();
  await until(() => page.evaluate(() => document.activeElement?.tagName === "TEXTAREA"), "the words have no focus");
  await page.keyboard.type("A blue robot waves in a city at night.");
  await reach(page, "Add shot");
  await page.keyboard.press("Enter");
  await until(async () => (await call(page, "project.get")).shots.length === 1, "there is no shot");
  assert.deepEqual(troubles, []);
});

/** Presses Tab until the control of this name has the focus, as somebody without a mouse does. */
async function reach(page, name) {
  for (let presses = 0; presses < 80; presses += 1) {
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      return element?.getAttribute("aria-label") ?? element?.textContent ?? "";
    });
    if (focused.startsWith(name)) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`Tab does not reach “${name}”`);
}
