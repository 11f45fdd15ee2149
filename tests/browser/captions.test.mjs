// Captions on the timeline: filled from what is said, then changed by mouse and by keys, each in one step of undo.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browse, call, newHome, serve, until } from "./harness.mjs";

async function sample(t) {
  const { link } = await serve(t, await newHome(t));
  const { page, troubles } = await browse(t, link);
  await call(page, "app.set_settings", { settings: { seen_first_run: true } });
  const { timeline } = await call(page, "project.sample");
  await page.reload();
  await page.getByTestId("caption").first().waitFor();
  return { page, troubles, before: timeline };
}

const captionsOf = async (page) => (await call(page, "project.get")).timeline.captions;
const find = async (page, id) => (await captionsOf(page)).find((caption) => caption.id === id);

test("captions lie where their words are said in the take", async (t) => {
  const { page, troubles, before } = await sample(t);
  await call(page, "timeline.edit", { edits: before.captions.map(({ id }) => ({ kind: "delete_caption", id })) });
  await page.getByRole("button", { name: "Make captions from the lines" }).click();
  const made = await until(async () => {
    const captions = await captionsOf(page);
    return captions.length > 0 && captions;
  }, "there are no captions");
  const shots = (await call(page, "project.get")).shots;
  const lines = before.clips.flatMap((clip) => shots.find(({ id }) => id === clip.shot).shot.lines.map(({ text }) => [clip.id, text]));
  assert.deepEqual(made.map(({ clip, text }) => [clip, text]).toSorted(), lines.toSorted());
  // The same as the core hears, not what a line of that length usually takes.
  await call(page, "project.undo");
  assert.deepEqual(await captionsOf(page), [], "it was more than one step");
  const heard = (await call(page, "captions.align", { clips: before.clips.map(({ id }) => id) })).timeline.captions;
  const places = (all) => all.map(({ clip, from, to, text }) => ({ clip, from, to, text }));
  assert.deepEqual(places(made), places(heard));
  assert.deepEqual(troubles, []);
});

test("a caption's words and ends are changed by mouse and by keys, and taken back", async (t) => {
  const { page, troubles, before } = await sample(t);
  const boxes = page.getByTestId("caption");
  const first = boxes.first();
  const label = await first.getAttribute("aria-label");
  const old = before.captions.find(({ text }) => label.endsWith(text));

  // Words.
  await first.dblclick();
  const field = page.getByRole("textbox", { name: "Caption" });
  await field.fill("Good evening");
  await field.press("Enter");
  await until(async () => (await find(page, old.id)).text === "Good evening", "the words do not change");
  await call(page, "project.undo");
  assert.deepEqual(await find(page, old.id), old);
  await first.focus();
  await page.keyboard.press("Enter");
  await field.fill("never mind");
  await field.press("Escape");
  assert.deepEqual(await find(page, old.id), old);

  // Its end by mouse.
  const whole = await first.boundingBox();
  const edge = await first.locator(".caption-edge-out").boundingBox();
  const y = edge.y + edge.height / 2;
  await page.mouse.move(edge.x + edge.width / 2, y);
  await page.mouse.down();
  await page.mouse.move(edge.x - 10, y, { steps: 4 });
  await page.mouse.move(edge.x - 24, y, { steps: 4 });
  await page.mouse.up();
  await until(async () => (await find(page, old.id)).to < old.to, "its end is not pulled");
  assert.equal((await find(page, old.id)).from, old.from);
  await call(page, "project.undo");
  await until(async () => (await find(page, old.id)).to === old.to, "the drag is more than one step");
  await until(async () => (await first.boundingBox()).width === whole.width, "the window does not follow what is undone");

  // Both ends and all of it by keys.
  const keyed = async (keys, wanted, why) => {
    for (const key of keys) {
      await boxes.first().focus();
      await page.keyboard.press(key);
    }
    await until(async () => {
      const { from, to } = await find(page, old.id);
      return from === wanted.from && to === wanted.to;
    }, `${why}: ${JSON.stringify(await find(page, old.id))} of ${JSON.stringify(old)}`);
  };
  await keyed(["Alt+ArrowRight", "Alt+ArrowRight"], { from: old.from + 2, to: old.to }, "its beginning");
  await keyed(["Control+ArrowLeft"], { from: old.from + 2, to: old.to - 1 }, "its end");
  await keyed(["ArrowRight"], { from: old.from + 3, to: old.to }, "all of it");
  await call(page, "project.undo");
  assert.deepEqual(await find(page, old.id), old, "what was held down is not one step");

  // To the playhead, from its menu.
  await first.click({ button: "right" });
  await page.getByRole("menuitem", { name: /Begin at the playhead/ }).waitFor();
  await page.keyboard.press("Escape");

  // A new one where there is none.
  const clip = before.clips[0];
  await call(page, "timeline.edit", { edits: before.captions.map(({ id }) => ({ kind: "delete_caption", id })) });
  await boxes.first().waitFor({ state: "detached" });
  await page.keyboard.press("Home");
  await page.keyboard.press("Shift+T");
  await field.fill("Once upon a time");
  await field.press("Enter");
  const written = await until(async () => (await captionsOf(page)).find(({ text }) => text === "Once upon a time"), "no caption is written");
  assert.deepEqual([written.clip, written.from], [clip.id, clip.in]);
  await boxes.first().focus();
  await page.keyboard.press("Delete");
  await until(async () => (await captionsOf(page)).length === 0, "it is not removed");
  assert.deepEqual(troubles, []);
});
