// Films and pictures from elsewhere are cut in, and clips are given their looks: by numbers, by hand, by keys.

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT, browse, call, newHome, projectWith, serve, until } from "./harness.mjs";

const shot = (description) => ({ shot: { description, lines: [], sound: null }, seconds: 4 });

/** A film as a camera may write it: uncompressed, 160 by 90 dots, 30 pictures a second, with sound, two seconds long. */
async function film(folder) {
  const [width, height, rate, count, samples] = [160, 90, 30, 60, 534];
  const numbers = (...values) => Buffer.concat(values.map((value) => Buffer.from(Uint32Array.of(value).buffer)));
  const halves = (...values) => Buffer.from(Uint16Array.from(values).buffer);
  const chunk = (name, ...parts) => {
    const body = Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : part)));
    return Buffer.concat([Buffer.from(name, "latin1"), numbers(body.length), body, Buffer.alloc(body.length % 2)]);
  };
  const bytes = width * height * 3;
  const head = numbers(Math.round(1e6 / rate), bytes * rate, 0, 0, count, 0, 2, bytes, width, height, 0, 0, 0, 0);
  // Scale, rate, start, length, buffer, quality, size of a sample, and where it lies.
  const stream = (kind, ...values) => chunk("strh", kind, numbers(0, 0, 0, ...values), halves(0, 0, width, height));
  const picture = [
    stream("vidsDIB ", 1, rate, 0, count, bytes, 0, 0),
    chunk("strf", numbers(40, width, height), halves(1, 24), numbers(0, bytes, 0, 0, 0, 0)),
  ];
  const sound = [
    stream("auds\0\0\0\0", 2, 32_000, 0, samples * count, samples * 2, 0, 2),
    chunk("strf", halves(1, 1), numbers(16_000, 32_000), halves(2, 16)),
  ];
  const frames = Array.from({ length: count }, (_, at) => [
    chunk("00db", Buffer.alloc(bytes, 40 + at * 3)),
    chunk("01wb", Buffer.alloc(samples * 2)),
  ]).flat();
  const lists = [
    chunk("LIST", "hdrl", chunk("avih", head), chunk("LIST", "strl", ...picture), chunk("LIST", "strl", ...sound)),
    chunk("LIST", "movi", ...frames),
  ];
  const path = join(folder, "holiday.avi");
  await writeFile(path, chunk("RIFF", "AVI ", ...lists));
  return path;
}

const timelineOf = async (page) => (await call(page, "project.get")).timeline;
const clipsOf = (page) => page.getByRole("listbox", { name: "Shots on the timeline" }).getByRole("option");
const settled = (page, check, why) => until(async () => check(await timelineOf(page)), why);

test("films and pictures are dragged and dropped on to the main track", async (t) => {
  const home = await newHome(t);
  const { link } = await serve(t, home);
  const { page, troubles } = await browse(t, link);
  await projectWith(page, [shot("A red pony in a meadow.")]);
  const clips = clipsOf(page);
  await clips.first().waitFor();
  const [item] = await call(page, "media.import", { paths: [await film(home)] });
  assert.deepEqual([item.kind, item.size, item.frames, item.rate, item.has_sound], ["film", [160, 90], 50, 30, true]);

  // From the library, in front of the shot.
  const card = page.getByRole("option", { name: /holiday/ });
  const from = await card.boundingBox();
  const to = await clips.first().boundingBox();
  await page.mouse.move(from.x + 20, from.y + 20);
  await page.mouse.down();
  await page.mouse.move(to.x + 60, to.y + 20, { steps: 6 });
  await page.mouse.move(to.x + 10, to.y + 20, { steps: 4 });
  await page.mouse.up();
  const cut = await settled(page, (now) => now.clips.length === 2 && now, "the film is not on the timeline");
  assert.deepEqual([cut.clips[0].in, cut.clips[0].out, cut.clips[1].start], [0, 50, 50]);
  assert.equal(cut.footage[0].kind, "film");

  // A file, behind all.
  const png = await readFile(`${ROOT}assets/sample/pony.png`);
  const files = await page.evaluateHandle((bytes) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(bytes)], "postcard.png", { type: "image/png" }));
    return transfer;
  }, [...png]);
  const last = await clips.nth(1).boundingBox();
  const place = { clientX: last.x + last.width - 5, clientY: last.y + 20, bubbles: true, cancelable: true };
  for (const kind of ["dragenter", "dragover", "drop"]) await clips.nth(1).dispatchEvent(kind, { dataTransfer: files, ...place });
  const whole = await settled(page, (now) => now.clips.length === 3 && now, "the picture is not on the timeline");
  assert.equal(whole.footage.length, 2);
  assert.equal(whole.clips[2].out - whole.clips[2].in, 75);
  assert.equal((await call(page, "project.get")).shots.length, 1, "a picture made a shot");

  // Its own place tells what it is; a clip that shows no shot has no shot's place.
  await clips.first().click();
  const panel = page.getByTestId("clip-panel");
  await panel.getByText("160 × 90 · 30 fps · 2 s").waitFor();
  assert.equal(await page.getByRole("textbox", { name: "What is to be seen" }).count(), 0);
  const cover = clips.first().locator(".clip-film");
  const poster = await until(
    () => cover.evaluate((film) => /poster\.png/.test(film.style.backgroundImage) && film.style.backgroundImage),
    "the clip has no poster",
  );
  const shown = await page.evaluate(async (url) => (await fetch(url)).status, /"(.*)"/.exec(poster)[1]);
  assert.equal(shown, 200);
  assert.deepEqual(troubles, []);
});

test("a slider that is dragged changes all selected clips and is one step of undo", async (t) => {
  const { link } = await serve(t, await newHome(t));
  const { page, troubles } = await browse(t, link);
  await projectWith(page, [shot("A red pony in a meadow."), shot("A blue robot in a city."), shot("A green child on a beach.")]);
  const clips = clipsOf(page);
  await clips.nth(2).waitFor();
  const before = await timelineOf(page);
  await clips.nth(0).click();
  await clips.nth(1).click({ modifiers: ["Shift"] });
  await page.getByRole("tab", { name: "Clip" }).click();
  const panel = page.getByTestId("clip-panel");
  await panel.getByText("2 clips").waitFor();

  const slider = panel.getByRole("slider", { name: "Brightness" });
  await slider.scrollIntoViewIfNeeded();
  const box = await slider.boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  for (let part = 0.5; part < 0.9; part += 0.05) await page.mouse.move(box.x + box.width * part, box.y + box.height / 2);
  await page.mouse.up();
  const drawn = Number(await slider.inputValue());
  assert.ok(drawn > 0.5, `the slider stands at ${drawn}`);
  const light = await settled(
    page,
    (now) => now.clips.slice(0, 2).every((clip) => Math.abs((clip.look?.color.brightness ?? 0) - drawn) < 1e-6) && now,
    "the clips are not lighter",
  );
  assert.equal(light.clips[2].look, undefined, "a clip that is not selected changed");

  await panel.getByRole("radio", { name: /^Blur/ }).click();
  await settled(page, (now) => now.clips.slice(0, 2).every((clip) => clip.look?.fit === "blur"), "they are not fitted");
  assert.ok((await timelineOf(page)).clips.slice(0, 2).every((clip) => clip.look.color.brightness > 0.5), "the fit took the light away");

  // Back in two steps, however many values the drag went through.
  await call(page, "project.undo");
  await call(page, "project.undo");
  assert.deepEqual(await timelineOf(page), before);
  await until(async () => (await slider.inputValue()) === "0", "the slider does not follow what is undone");

  await panel.getByRole("textbox", { name: "Speed" }).fill("2");
  await page.keyboard.press("Enter");
  const fast = await settled(page, (now) => now.clips[0].speed === 2 && now.clips[1].speed === 2 && now, "they are not faster");
  assert.equal(fast.clips[1].start, 51, "a hundred and one frames take fifty-one at twice the speed");
  await clips.first().getByText("2×").waitFor();
  await panel.getByRole("button", { name: "Reset: Speed" }).click();
  await settled(page, (now) => now.clips.every((clip) => (clip.speed ?? 1) === 1), "the speed is not reset");
  assert.deepEqual(troubles, []);
});

test("fades are pulled at the corners, crossings are made with a key, frames are moved in the picture", async (t) => {
  const { link } = await serve(t, await newHome(t));
  const { page, troubles } = await browse(t, link);
  await projectWith(page, [shot("A red pony in a meadow."), shot("A blue robot in a city.")]);
  const clips = clipsOf(page);
  await clips.nth(1).waitFor();
  await clips.first().click();
  const look = async (index) => (await timelineOf(page)).clips[index].look;

  const corner = await clips.first().locator("[data-fade=fade_out]").boundingBox();
  await page.mouse.move(corner.x + 5, corner.y + 5);
  await page.mouse.down();
  await page.mouse.move(corner.x - 25, corner.y + 5, { steps: 5 });
  await page.mouse.move(corner.x - 35, corner.y + 5, { steps: 5 });
  await page.keyboard.press("Escape");
  await page.mouse.up();
  assert.equal(await look(0), undefined, "a drag that was given up changed something");
  await page.mouse.move(corner.x + 5, corner.y + 5);
  await page.mouse.down();
  await page.mouse.move(corner.x - 35, corner.y + 5, { steps: 8 });
  await page.mouse.up();
  await until(async () => ((await look(0))?.fade_out ?? 0) > 5, "nothing fades out");

  await page.keyboard.press("Home");
  for (let frame = 0; frame < 10; frame += 1) await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Shift+Q");
  await until(async () => (await look(0))?.fade_in === 10, "it does not come up to the playhead");

  await clips.nth(1).click();
  await page.keyboard.press("x");
  const crossed = await until(async () => ((await look(1))?.cross_fade ?? 0) > 0 && look(1), "nothing crosses");
  const handle = await clips.nth(1).locator("[data-fade=cross_fade]").boundingBox();
  await page.mouse.move(handle.x + 5, handle.y + 5);
  await page.mouse.down();
  await page.mouse.move(handle.x + 45, handle.y + 5, { steps: 8 });
  await page.mouse.up();
  await until(async () => (await look(1)).cross_fade > crossed.cross_fade, "the crossing does not grow");

  // The frame over the picture, while the clip's own place is open and the playhead stands on it.
  await clips.first().click();
  await page.keyboard.press("e");
  const frame = page.getByRole("button", { name: "Move the clip in the picture" });
  const size = page.getByRole("button", { name: "Size of the clip in the picture" }).last();
  await frame.waitFor();
  const at = await size.boundingBox();
  const middle = { x: at.x + at.width / 2, y: at.y + at.height / 2 };
  const picture = await frame.boundingBox();
  await page.mouse.move(middle.x - 2, middle.y - 2);
  await page.mouse.down();
  await page.mouse.move(middle.x - picture.width / 2, middle.y - picture.height / 2, { steps: 8 });
  await page.mouse.up();
  await until(async () => Math.abs(((await look(0)).frame.w ?? 1) - 0.5) < 0.05, "the frame is not half as large");
  await frame.focus();
  await page.keyboard.press("Shift+ArrowRight");
  const moved = await until(async () => (await look(0)).frame.x > 0.05 && look(0), "the frame does not move");
  assert.ok(Math.abs(moved.frame.x - 0.1) < 1e-3 && moved.frame.y < 1e-3, JSON.stringify(moved.frame));
  // The numbers say the same, and each of the two is one step back, however far it went.
  const scale = page.getByTestId("clip-panel").getByRole("textbox", { name: "Scale", exact: true });
  await until(async () => /^5\d/.test(await scale.inputValue()), "the number does not follow the corner");
  await call(page, "project.undo");
  assert.ok((await look(0)).frame.x < 1e-3 && (await look(0)).frame.w < 0.55, "the move is not one step");
  await call(page, "project.undo");
  assert.equal((await look(0)).frame?.w ?? 1, 1, "the drag of the corner is not one step");
  assert.deepEqual(troubles, []);
});
