// While an edge is dragged the viewer shows the frame that the cut would lie at: one for a trim, both for a roll and a slip.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browse, call, newHome, painted, serve, until } from "./harness.mjs";

const RATE = 25;

async function sample(t) {
  const { link } = await serve(t, await newHome(t));
  const { page, troubles } = await browse(t, link);
  await call(page, "app.set_settings", { settings: { seen_first_run: true } });
  await call(page, "project.sample");
  await page.reload();
  await page.locator("[data-testid=picture][data-exact=true]").waitFor();
  return { page, troubles };
}

/** The frames that stand at the edges now, once all of them are there: the take's address and the frame. */
const standing = (page) =>
  page.evaluate((rate) => {
    const videos = [...document.querySelectorAll('[data-testid="edges"] video')];
    const isThere = (video) => video.readyState >= 2 && !video.seeking;
    if (videos.length === 0 || !videos.every(isThere)) return null;
    return videos.map((video) => ({ source: new URL(video.src).pathname, frame: Math.floor(video.currentTime * rate) }));
  }, RATE);

/** Waits until the pictures at the edges are those frames. */
async function shows(page, wanted, why) {
  const isSame = (now) =>
    now?.length === wanted.length && now.every(({ source, frame }, at) => source.endsWith(wanted[at].clip) && frame === wanted[at].frame);
  await until(async () => isSame(await standing(page)), `${why}: ${JSON.stringify(await standing(page))} instead of ${JSON.stringify(wanted)}`);
}

test("the viewer shows the frames at the edges that are dragged, and the playhead's again afterwards", async (t) => {
  const { page, troubles } = await sample(t);
  const document = async () => {
    const project = await call(page, "project.get");
    const takeOf = (shot) => project.takes.find(({ id }) => id === project.shots.find((one) => one.id === shot).take).clip;
    return { clips: project.timeline.clips, takeOf };
  };
  const boxes = page.getByRole("listbox", { name: "Shots on the timeline" }).getByRole("option");
  await boxes.nth(1).waitFor();
  const before = await document();
  const [first, second] = before.clips;
  const box = await boxes.first().boundingBox();
  const y = box.y + box.height / 2;
  const perFrame = box.width / (first.out - first.in);
  const drag = async (from, frames) => {
    await page.mouse.move(from, y);
    await page.mouse.down();
    await page.mouse.move(from + Math.sign(frames) * 6, y, { steps: 3 });
    await page.mouse.move(from + frames * perFrame, y, { steps: 6 });
  };
  const note = async () => {
    await painted(page);
    const text = await page.locator(".timeline-note").textContent();
    const [, sign, , s, f] = /([+−])(\d+):(\d+):(\d+)/.exec(text);
    return (sign === "−" ? -1 : 1) * (Number(s) * RATE + Number(f));
  };

  // Trim the end of the first clip: the last frame that stays.
  await drag(box.x + box.width - 3, -12);
  const trimmedBy = await note();
  assert.ok(trimmedBy < 0);
  await shows(page, [{ clip: before.takeOf(first.shot), frame: first.out + trimmedBy - 1 }], "a trim does not show its frame");
  await page.keyboard.press("Escape");
  await page.mouse.up();
  await page.getByTestId("edges").waitFor({ state: "detached" });
  await page.locator("[data-testid=picture][data-exact=true]").waitFor();

  // The real thing leaves room to roll and slip in.
  await drag(box.x + box.width - 3, -12);
  const by = await note();
  await page.mouse.up();
  const trimmed = await until(async () => {
    const now = await document();
    return now.clips[0].out === first.out + by && now;
  }, "the clip is not trimmed");
  await page.getByTestId("edges").waitFor({ state: "detached" });
  const [left, right] = trimmed.clips;

  // Roll the cut back: the end of the one and the beginning of the other.
  const room = await boxes.first().boundingBox();
  await page.keyboard.down("Control");
  await drag(room.x + room.width - 3, 6);
  const rolled = await note();
  const pair = [
    { clip: trimmed.takeOf(left.shot), frame: left.out + rolled - 1 },
    { clip: trimmed.takeOf(right.shot), frame: right.in + rolled },
  ];
  await shows(page, pair, "a roll does not show both frames");
  await page.keyboard.press("Escape");
  await page.mouse.up();
  await page.keyboard.up("Control");
  await page.getByTestId("edges").waitFor({ state: "detached" });

  // Slip the first clip: its own beginning and end.
  await page.keyboard.down("Alt");
  await drag(room.x + room.width / 2, -6);
  const slipped = await note();
  assert.notEqual(slipped, 0);
  const both = [left.in + slipped, left.out + slipped - 1].map((frame) => ({ clip: trimmed.takeOf(left.shot), frame }));
  await shows(page, both, "a slip does not show both frames");
  await page.keyboard.press("Escape");
  await page.mouse.up();
  await page.keyboard.up("Alt");
  assert.notEqual(first.shot, second.shot);
  assert.deepEqual(troubles, []);
});
