// The viewer: cuts, exact frames, two takes in step, blind comparison.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browse, call, newHome, serve, until } from "./harness.mjs";

const RATE = 25;

async function sample(t) {
  const { link } = await serve(t, await newHome(t));
  const { page, troubles } = await browse(t, link);
  await call(page, "app.set_settings", { settings: { seen_first_run: true } });
  const project = await call(page, "project.sample");
  await page.reload();
  await page.locator(".screen-seen").waitFor();
  return { page, troubles, project };
}

/** Goes to a frame by typing its time. */
async function goTo(page, frame) {
  const two = (value) => String(value).padStart(2, "0");
  await page.getByTestId("timecode").click();
  await page.getByRole("textbox", { name: "Go to a time" }).fill(`${two(Math.floor(frame / RATE))}:${two(frame % RATE)}`);
  await page.keyboard.press("Enter");
}

const seen = (page) =>
  page.evaluate(() => {
    const video = document.querySelector(".screen-seen");
    return video && { time: video.currentTime, ready: !video.seeking && video.readyState >= 2, source: video.src };
  });

test("a frame of the timeline is that frame of the take, on both sides of every cut", async (t) => {
  const { page, troubles, project } = await sample(t);
  const { clips } = project.timeline;
  for (const clip of clips) {
    const take = project.takes.find(({ id }) => id === project.shots.find((shot) => shot.id === clip.shot).take);
    for (const frame of [clip.start, clip.start + clip.out - clip.in - 1]) {
      await goTo(page, frame);
      const wanted = (clip.in + frame - clip.start + 0.5) / RATE;
      const isThere = async () => {
        const now = await seen(page);
        return now?.ready && now.source.endsWith(take.clip) && Math.abs(now.time - wanted) < 0.5 / RATE;
      };
      await until(isThere, `frame ${frame} does not show ${take.clip} at ${wanted}`);
    }
  }
  assert.deepEqual(troubles, []);
});

test("playing goes through the cuts, and stops at the end", async (t) => {
  const { page, troubles, project } = await sample(t);
  const [first, second] = project.timeline.clips;
  await goTo(page, second.start - 10);
  const before = (await seen(page)).source;
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await until(async () => (await seen(page)).source !== before, "the second clip does not come");
  const now = await seen(page);
  assert.ok(now.time * RATE >= second.in - 1 && now.time * RATE < second.out, `at ${now.time} s of the second clip`);
  assert.notEqual(first.shot, second.shot);

  const length = Math.max(...project.timeline.clips.map((clip) => clip.start + clip.out - clip.in));
  await goTo(page, length - 8);
  await page.getByRole("button", { name: "Play", exact: true }).waitFor();
  assert.deepEqual(troubles, []);
});

test("two takes play in step, and the one that is picked is used", async (t) => {
  const { page, troubles, project } = await sample(t);
  const { shot, start } = project.timeline.clips[1];
  const takes = project.takes.filter((take) => take.shot === shot);
  assert.equal(takes.length, 2);
  await page.getByTestId("timecode").waitFor();
  await goTo(page, start + 3);
  await page.keyboard.press("d");
  await page.getByRole("button", { name: "Two takes side by side" }).click();
  await page.getByRole("button", { name: "Play", exact: true }).click();
  const times = () => page.locator(".pair video").evaluateAll((videos) => videos.map((video) => video.currentTime));
  await until(async () => (await times()).every((time) => time > 0.5), "they do not play");
  const [left, right] = await times();
  assert.ok(Math.abs(left - right) < 4 / RATE, `${left} s and ${right} s`);

  await page.getByRole("button", { name: "Use this take" }).last().click();
  const used = async () => (await call(page, "project.get")).shots.find(({ id }) => id === shot).take;
  const other = project.shots.find(({ id }) => id === shot).take;
  await until(async () => (await used()) !== other, "the other take is not used");
  assert.deepEqual(troubles, []);
});

test("a blind comparison tells no names before the pick, and keeps the score", async (t) => {
  const { page, troubles, project } = await sample(t);
  await goTo(page, project.timeline.clips[1].start + 3);
  await page.keyboard.press("d");
  await page.getByRole("button", { name: "Blind comparison" }).click();
  const sheet = page.getByRole("dialog", { name: "Blind comparison" });
  await sheet.getByRole("button", { name: "Pick A" }).waitFor();
  assert.doesNotMatch(await sheet.innerText(), /seed|pony/);
  await sheet.getByRole("button", { name: "Pick A" }).click();
  await sheet.getByRole("table").waitFor();
  assert.match(await sheet.innerText(), /seed/);
  const scores = Object.values((await call(page, "project.get")).scores);
  assert.deepEqual(scores.map(({ wins, seen }) => [wins, seen]).sort(), [[0, 1], [1, 1]]);
  await page.keyboard.press("Escape");
  await sheet.waitFor({ state: "hidden" });
  assert.deepEqual(troubles, []);
});
