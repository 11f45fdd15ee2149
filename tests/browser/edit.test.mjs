// Cutting with the keyboard: split, trim, delete, and undo back to the beginning.

import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT, browse, call, newHome, projectWith, serve, until } from "./harness.mjs";

/** What the sample project has taken in: a picture and a voice. */
const TAKEN_IN = join(ROOT, "assets/sample/project/media");

const shot = (description) => ({ shot: { description, lines: [], sound: null }, seconds: 4 });

/** Keys without a moment between them: a hand is slower, a busy machine is not. */
const pressOn = (target, keys) =>
  target.evaluate((element, keys) => {
    for (const key of keys) element.dispatchEvent(new KeyboardEvent("keydown", { ...key, bubbles: true, cancelable: true }));
  }, keys);

test("split, trim, delete and duplicate are undone step by step to the same document", async (t) => {
  const { link } = await serve(t, await newHome(t));
  const { page, troubles } = await browse(t, link);
  await projectWith(page, [shot("A red pony in a meadow."), shot("A blue robot in a city."), shot("A green child on a beach.")]);
  const clips = page.getByRole("listbox", { name: "Shots on the timeline" }).getByRole("option");
  await clips.nth(2).waitFor();
  const timeline = async () => (await call(page, "project.get")).timeline;
  const before = await timeline();
  const settled = (check, why) => until(async () => check(await timeline()), why);
  assert.equal(before.clips.length, 3);
  const length = before.clips[0].out - before.clips[0].in;

  await clips.first().click();
  await page.keyboard.press("Home");
  for (let second = 0; second < 2; second += 1) await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("s");
  const split = await settled((now) => now.clips.length === 4 && now, "nothing is split");
  assert.equal(split.clips[0].out, split.clips[1].in);
  assert.equal(split.clips[0].out - split.clips[0].in, 50);
  assert.equal(split.clips[1].shot, split.clips[0].shot);

  // The page is told after the core has it.
  await clips.nth(3).waitFor();
  await clips.nth(1).click();
  await page.keyboard.press("Delete");
  const closed = await settled((now) => now.clips.length === 3 && now, "nothing is deleted");
  assert.equal(closed.clips[1].start, 50, "the gap is not closed");

  await page.keyboard.press("Control+z");
  await settled((now) => now.clips.length === 4, "the delete is not undone");
  await page.keyboard.press("Control+z");
  const back = await settled((now) => now.clips.length === 3 && now, "the split is not undone");
  assert.deepEqual(back, before);
  await page.keyboard.press("Control+Shift+z");
  await settled((now) => now.clips.length === 4, "the split is not done again");

  // Keys that come faster than the answers to them: all are obeyed, in their order.
  const body = page.locator("body");
  const pressAll = (...keys) => pressOn(body, keys);
  const undo = { key: "z", code: "KeyZ", ctrlKey: true };
  const redo = { ...undo, key: "Z", shiftKey: true };
  await page.keyboard.press("Control+Shift+z");
  await settled((now) => now.clips.length === 3, "the delete is not done again");
  await pressAll(undo, undo, redo, { key: "m", code: "KeyM" });
  const marked = await settled((now) => now.markers.length === 1 && now, "no marker is set");
  assert.equal(marked.clips.length, 4, "the split is not done again at once");

  await clips.nth(3).waitFor();
  await clips.first().click();
  await pressAll(...Array(5).fill({ key: ",", code: "Comma" }));
  const shorter = await settled((now) => now.clips[0].out <= 45 && now, "a key that is held down loses steps");
  assert.equal(shorter.clips[0].out, 45);
  await page.keyboard.press("Control+z");
  await settled((now) => now.clips[0].out === 50, "what was held down is not one step");
  // Four seconds, and the frame that the model adds.
  assert.equal(length, 101);
  assert.deepEqual(troubles, []);
});

test("shortcuts rest while words are typed", async (t) => {
  const { link } = await serve(t, await newHome(t));
  const { page } = await browse(t, link);
  await projectWith(page, [shot("A red pony")]);
  const prompt = page.getByRole("textbox", { name: "What is to be seen" });
  await prompt.click();
  await prompt.press("End");
  await page.keyboard.type(" trots; jkl [s] i o");
  await page.keyboard.press("Backspace");
  const project = await until(async () => {
    const now = await call(page, "project.get");
    return now.shots[0].shot.description === "A red pony trots; jkl [s] i " && now;
  }, "the words do not arrive whole");
  assert.equal(project.timeline.clips.length, 1);
});

test("a clip's edge is trimmed with the mouse, and Escape lets it be", async (t) => {
  const { link } = await serve(t, await newHome(t));
  const { page, troubles } = await browse(t, link);
  await projectWith(page, [shot("A red pony in a meadow."), shot("A blue robot in a city.")]);
  const clip = page.getByRole("listbox", { name: "Shots on the timeline" }).getByRole("option").first();
  await clip.waitFor();
  const out = async () => (await call(page, "project.get")).timeline.clips[0].out;
  const whole = await out();
  const box = await clip.boundingBox();
  const edge = { x: box.x + box.width - 3, y: box.y + box.height / 2 };
  const drag = async () => {
    await page.mouse.move(edge.x, edge.y);
    await page.mouse.down();
    await page.mouse.move(edge.x - 20, edge.y, { steps: 4 });
    await page.mouse.move(edge.x - box.width / 3, edge.y, { steps: 8 });
  };
  await drag();
  await page.keyboard.press("Escape");
  await page.mouse.up();
  assert.equal(await out(), whole);
  await drag();
  await page.mouse.up();
  await until(async () => (await out()) < whole, "the clip is not trimmed");
  const next = (await call(page, "project.get")).timeline.clips[1];
  assert.equal(next.start, await out(), "the next clip does not follow");
  assert.deepEqual(troubles, []);
});

test("a sound is moved by the arrow keys, a frame with each", async (t) => {
  const { link } = await serve(t, await newHome(t));
  const { page, troubles } = await browse(t, link);
  await projectWith(page, [shot("A red pony in a meadow.")]);
  const voice = (await readdir(TAKEN_IN)).find((name) => name.endsWith(".m4a"));
  const [{ sha256, name, bytes, frames }] = await call(page, "media.import", { paths: [join(TAKEN_IN, voice)] });
  const { timeline } = await call(page, "timeline.edit", {
    edits: [{ kind: "add_audio", track: null, kind_of_track: "music", media: { sha256, name, bytes }, start: 20, frames }],
  });
  const sound = page.locator(".sound");
  await sound.waitFor();
  await pressOn(sound, Array(7).fill({ key: "ArrowRight" }));
  await pressOn(sound, [{ key: "ArrowLeft" }]);
  const start = async () => (await call(page, "project.get")).timeline.tracks[0].items[0].start;
  await until(async () => (await start()) === 26, "a key that is held down loses steps");
  await call(page, "project.undo");
  assert.equal(await start(), timeline.tracks[0].items[0].start, "what was held down is not one step");
  assert.deepEqual(troubles, []);
});
