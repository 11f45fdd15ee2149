// What is typed reaches what it was typed for, and is taken back step by step.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browse, call, newHome, painted, projectWith, serve, until } from "./harness.mjs";

const shot = (description) => ({ shot: { description, lines: [], sound: null }, seconds: 4 });

async function withShots(t, ...descriptions) {
  const { link } = await serve(t, await newHome(t));
  const { page, troubles } = await browse(t, link);
  await projectWith(page, descriptions.map(shot));
  const clips = page.getByRole("listbox", { name: "Shots on the timeline" }).getByRole("option");
  await clips.nth(descriptions.length - 1).waitFor();
  const get = () => call(page, "project.get");
  return { page, troubles, clips, get };
}

test("a value that is typed for a clip stays with it when another is clicked", async (t) => {
  const { page, troubles, clips, get } = await withShots(t, "A red pony in a meadow.", "A blue robot in a city.");
  await clips.first().click();
  await page.getByRole("tab", { name: "Clip" }).click();
  await page.getByTestId("clip-panel").getByRole("textbox", { name: "Opacity" }).fill("50");
  await clips.nth(1).click();
  const now = await until(async () => {
    const { timeline } = await get();
    return timeline.clips.some((clip) => clip.look) && timeline;
  }, "what was typed went nowhere");
  assert.deepEqual(now.clips.map((clip) => clip.look?.opacity ?? 1), [0.5, 1]);

  // A speed is as it was typed, also beside a usual one.
  const speed = page.getByTestId("clip-panel").getByRole("textbox", { name: "Speed" });
  await speed.fill("1.04");
  await speed.press("Enter");
  await until(async () => (await get()).timeline.clips[1].speed === 1.04, "the speed is not what was typed");
  assert.deepEqual(troubles, []);
});

test("a line that is removed comes back without the words that were typed before", async (t) => {
  const { page, troubles, get } = await withShots(t, "A pony");
  const words = async () => (await get()).shots[0].shot;
  const prompt = page.getByRole("textbox", { name: "What is to be seen" });
  await prompt.fill("A pony on a stage says two things.");
  for (const [number, text] of ["Good morning!", "Good night!"].entries()) {
    await page.getByRole("button", { name: "Spoken line", exact: true }).click();
    await page.getByRole("textbox", { name: `Text of line ${number + 1}` }).fill(text);
  }
  await until(async () => (await words()).lines[1]?.text === "Good night!", "the lines do not arrive");
  const second = page.getByRole("textbox", { name: "Text of line 2" });
  await second.fill("");
  await second.press("Backspace");
  const left = await until(async () => (await words()).lines.length === 1 && words(), "the line is not removed");
  assert.deepEqual([left.description, left.lines[0].text], ["A pony on a stage says two things.", "Good morning!"]);
  // The focus is in the line above, so that the next key is not the timeline's.
  await until(() => page.getByRole("textbox", { name: "Text of line 1" }).evaluate((field) => field === document.activeElement), "the focus is lost");

  await call(page, "project.undo");
  const back = await words();
  assert.deepEqual([back.description, back.lines.length], ["A pony on a stage says two things.", 2]);
  assert.deepEqual(troubles, []);
});

test("words of a new shot are kept while a clip is looked at", async (t) => {
  const { page, troubles, clips } = await withShots(t, "A red pony in a meadow.");
  const first = page.getByRole("textbox", { name: "Write a shot" });
  const begin = async () => {
    await page.getByRole("button", { name: "More for this shot", exact: true }).click();
    await page.getByRole("menuitem", { name: "New shot" }).click();
  };
  await begin();
  await first.fill("A blue robot");
  await clips.first().click();
  await page.getByRole("textbox", { name: "What is to be seen" }).waitFor();
  await begin();
  await first.waitFor();
  assert.equal(await first.inputValue(), "A blue robot");
  assert.deepEqual(troubles, []);
});

test("no key goes behind an open page", async (t) => {
  const { page, troubles } = await withShots(t, "A red pony in a meadow.");
  await page.getByTestId("project-menu").click();
  await page.getByRole("menuitem", { name: "Rename project…" }).click();
  const name = page.getByRole("dialog", { name: "Rename project…" }).getByRole("textbox");
  await name.press("Control+Enter");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await painted(page);
  assert.deepEqual(await call(page, "jobs.list"), []);
  assert.deepEqual((await call(page, "project.get")).takes, []);
  assert.deepEqual(troubles, []);
});
