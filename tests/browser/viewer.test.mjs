// The viewer: what it shows is what the core draws, at cuts and while it plays; two takes in step, blind comparison.

import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { browse, call, newHome, serve, until } from "./harness.mjs";

const RATE = 25;
/** Mean levels between a frame as the core draws it and as the browser does: other kernels, other roundings. */
const NEAR = 6;

async function sample(t, beforeAll = () => undefined) {
  const { link } = await serve(t, await newHome(t));
  const { page, troubles } = await browse(t, link);
  await page.addInitScript(beforeAll);
  await call(page, "app.set_settings", { settings: { seen_first_run: true } });
  const { timeline } = await call(page, "project.sample");
  // They are drawn into the picture, which is compared with the take.
  const edits = timeline.captions.map(({ id }) => ({ kind: "delete_caption", id }));
  const project = await call(page, "timeline.edit", { edits });
  await page.reload();
  await page.locator("[data-testid=picture][data-exact=true]").waitFor();
  return { page, troubles, project };
}

/** Goes to a frame by typing its time. */
async function goTo(page, frame) {
  const two = (value) => String(value).padStart(2, "0");
  await page.getByTestId("timecode").click();
  await page.getByRole("textbox", { name: "Go to a time" }).fill(`${two(Math.floor(frame / RATE))}:${two(frame % RATE)}`);
  await page.keyboard.press("Enter");
}

/** The frame that is on the canvas, once it is the right one. */
const seen = (page) =>
  page.getByTestId("picture").evaluate(({ dataset, width, height }) => ({
    frame: dataset.exact === "true" ? Number(dataset.frame) : -1,
    width,
    height,
  }));

const shows = (page, frame) => until(async () => (await seen(page)).frame === frame, `frame ${frame} is not shown`);

const playButton = (page) => page.getByRole("button", { name: "Play", exact: true });

/** The clip of the timeline at a frame, with its take. */
function at(project, frame) {
  const clip = project.timeline.clips.find((one) => one.start <= frame && frame < one.start + one.out - one.in);
  const shot = project.shots.find(({ id }) => id === clip.shot);
  return { clip, take: project.takes.find(({ id }) => id === shot.take) };
}

/** How far what is on the canvas is from what this browser's own player shows of the take at that frame. */
function farFromTake(page, project) {
  const places = project.timeline.clips.map((clip) => ({ ...clip, url: at(project, clip.start).take.clip }));
  return page.getByTestId("picture").evaluate(async (canvas, places) => {
    const { width, height } = canvas;
    // Read together: it may be playing.
    const frame = Number(canvas.dataset.frame);
    const shown = canvas.getContext("2d").getImageData(0, 0, width, height).data;
    const place = places.find(({ start, in: first, out }) => start <= frame && frame < start + out - first);
    const video = Object.assign(document.createElement("video"), { muted: true, preload: "auto" });
    const comes = (event) => new Promise((resolve, reject) => Object.assign(video, { [`on${event}`]: resolve, onerror: () => reject(video.error) }));
    video.src = new URL(place.url, window.location.href).href;
    await comes("loadeddata");
    video.currentTime = (place.in + frame - place.start + 0.5) / 25;
    await comes("seeked");
    const scale = Math.max(width / video.videoWidth, height / video.videoHeight);
    const [w, h] = [video.videoWidth * scale, video.videoHeight * scale];
    const drawing = new OffscreenCanvas(width, height).getContext("2d");
    drawing.imageSmoothingQuality = "high";
    drawing.drawImage(video, (width - w) / 2, (height - h) / 2, w, h);
    const own = drawing.getImageData(0, 0, width, height).data;
    let sum = 0;
    for (let at = 0; at < own.length; at += 1) if (at % 4 !== 3) sum += Math.abs(own[at] - shown[at]);
    return { frame, far: sum / ((own.length / 4) * 3) };
  }, places);
}

/** The browser's player may still show another frame when it says that it is there: it is asked again. */
async function isOfTake(page, project) {
  let last;
  const isNear = async () => (last = await farFromTake(page, project)).far < NEAR;
  await until(isNear, "what is on the canvas is not of the take").catch((error) => {
    throw new Error(`${error.message}: frame ${last.frame} is ${last.far.toFixed(1)} levels away`);
  });
}

test("a frame of the timeline is that frame of the take, on both sides of every cut", async (t) => {
  const { page, troubles, project } = await sample(t);
  for (const clip of project.timeline.clips) {
    for (const frame of [clip.start, clip.start + clip.out - clip.in - 1]) {
      await goTo(page, frame);
      await shows(page, frame);
      await isOfTake(page, project);
    }
  }
  const box = await page.getByTestId("picture").boundingBox();
  // A slow machine draws small pictures first; where it rests it is as sharp as its place.
  const { width, height } = await until(async () => {
    const now = await seen(page);
    return now.height > box.height / 2 && now;
  }, "the picture does not become sharp");
  assert.ok(Math.abs(width / height / (9 / 16) - 1) < 0.02, `${width}x${height}`);
  assert.ok(height <= box.height + 2, `${width}x${height} for ${box.width}x${box.height}`);
  assert.deepEqual(troubles, []);
});

test("frames are stepped one by one, and scrubbing ends on the frame where the hand rests", async (t) => {
  const { page, troubles } = await sample(t);
  await goTo(page, 30);
  await shows(page, 30);
  for (const [key, frame] of [["ArrowRight", 31], ["ArrowRight", 32], ["ArrowLeft", 31], ["Shift+ArrowRight", 56], ["Home", 0]]) {
    await page.keyboard.press(key);
    await shows(page, frame);
  }
  for (let press = 0; press < 40; press += 1) await page.keyboard.press("ArrowRight");
  await shows(page, 40);
  assert.deepEqual(troubles, []);
});

test("playing goes through the cuts, and stops at the end", async (t) => {
  const { page, troubles, project } = await sample(t);
  const second = project.timeline.clips[1];
  await goTo(page, second.start - 10);
  await shows(page, second.start - 10);
  await playButton(page).click();
  await until(async () => (await seen(page)).frame > second.start + 2, "the second clip does not come");
  await isOfTake(page, project);

  await page.keyboard.press("k");
  await playButton(page).waitFor();
  const length = await page.evaluate(() => document.querySelector(".transport-length").textContent);
  const [minutes, seconds, frames] = length.replace("/", "").trim().split(":").map(Number);
  const end = (minutes * 60 + seconds) * RATE + frames;
  await goTo(page, end - 8);
  await playButton(page).click();
  await until(async () => (await seen(page)).frame === end - 1, "it does not come to the end");
  await playButton(page).waitFor();
  assert.deepEqual(troubles, []);
});

test("sound is laid sample to sample, also where it plays over again, and rests at other speeds", async (t) => {
  const { page, troubles } = await sample(t, () => {
    window.portions = [];
    const start = AudioBufferSourceNode.prototype.start;
    AudioBufferSourceNode.prototype.start = function (when) {
      const { sampleRate, length } = this.buffer;
      const loud = Math.max(...this.buffer.getChannelData(0).map(Math.abs));
      window.portions.push({ when, sampleRate, length, loud });
      return start.call(this, when);
    };
  });
  const portions = () => page.evaluate(() => window.portions);
  await goTo(page, 10);
  await page.keyboard.press("i");
  await goTo(page, 30);
  await page.keyboard.press("o");
  await page.getByRole("button", { name: "Loop" }).click();
  await goTo(page, 12);
  await playButton(page).click();
  // From 12 to 31, and then from 10 to 31 again and again.
  const total = (all) => all.reduce((sum, { length }) => sum + length, 0) / 1920;
  await until(async () => total(await portions()) > 19 + 21 + 10, "it does not go on from its beginning");
  const inside = await page.evaluate(async () => {
    const frames = [];
    for (let look = 0; look < 60; look += 1) {
      await new Promise(requestAnimationFrame);
      frames.push(Number(document.querySelector("[data-testid=picture]").dataset.frame));
    }
    return frames.every((frame) => frame >= 10 && frame < 31);
  });
  assert.ok(inside, "it plays frames that are not in the range");
  await page.keyboard.press("k");
  const all = await portions();
  assert.ok(all.every(({ sampleRate }) => sampleRate === 48_000));
  assert.ok(all.some(({ loud }) => loud > 0.01), "all of it is silent");
  // What comes late begins anew after a gap: on a busy machine that may be, but no two ever lie over each other.
  let late = 0;
  for (let at = 1; at < all.length; at += 1) {
    const off = (all[at].when - all[at - 1].when) * 48_000 - all[at - 1].length;
    assert.ok(off > -0.01, `portion ${at} begins ${-off} samples too early`);
    if (off > 0.01) late += 1;
  }
  assert.ok(late < all.length - 1, "no portion is laid to the one before it");

  await page.keyboard.press("l");
  await page.keyboard.press("l");
  await page.getByRole("button", { name: "Speed" }).filter({ hasText: "2.0×" }).waitFor();
  const before = (await portions()).length;
  const frame = (await seen(page)).frame;
  await until(async () => (await seen(page)).frame !== frame, "it does not run at twice the speed");
  await page.waitForTimeout(300);
  assert.equal((await portions()).length, before, "it sounds at twice the speed");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  const rests = Number(await page.getByTestId("picture").getAttribute("data-frame"));
  assert.ok(rests >= 0);
  assert.deepEqual(troubles, []);
});

test("what is missing is said in words where it would be seen", async (t) => {
  const { page, troubles, project } = await sample(t);
  const { clip, take } = at(project, 0);
  await rm(join(project.folder, take.clip));
  await page.reload();
  await page.getByRole("alert").filter({ hasText: "shot 1" }).waitFor();
  const next = clip.start + clip.out - clip.in;
  await goTo(page, next);
  await shows(page, next);
  await page.getByRole("alert").waitFor({ state: "hidden" });
  assert.deepEqual(troubles, []);
});

test("a take plays by itself", async (t) => {
  const { page, troubles, project } = await sample(t);
  const { take } = at(project, 0);
  await page.locator(".take-card button").first().dblclick();
  await page.getByRole("button", { name: "Back to the timeline" }).waitFor();
  await playButton(page).click();
  await until(async () => (await seen(page)).frame > 5, "it does not play");
  await until(async () => (await seen(page)).frame === take.frames - 1, "it does not come to its end");
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
  const apart = await page.locator(".pair video").evaluateAll(async (videos) => {
    const looks = [];
    while (looks.length < 40) {
      looks.push(Math.abs(videos[0].currentTime - videos[1].currentTime));
      await new Promise(requestAnimationFrame);
    }
    return looks.sort((a, b) => a - b)[Math.floor(looks.length / 2)];
  });
  assert.ok(apart < 4 / RATE, `they are ${apart} s apart`);

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
