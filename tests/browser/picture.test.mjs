// A picture that is dropped on the shot becomes its first frame.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { ROOT, browse, call, drop, newHome, projectWith, serve, until } from "./harness.mjs";

const SHOT = { shot: { description: "The camera slowly zooms in.", lines: [], sound: null } };

test("a dropped picture is the shot's first frame and the clip begins with it", async (t) => {
  const { link } = await serve(t, await newHome(t));
  const { page, troubles } = await browse(t, link);
  await projectWith(page, [SHOT]);
  const prompt = page.getByRole("textbox", { name: "What is to be seen" });
  await prompt.waitFor();
  const png = await readFile(`${ROOT}assets/sample/pony.png`);
  await drop(page, prompt, "pony.png", "image/png", png);
  await page.getByText("first frame").waitFor();
  await prompt.press("Control+Enter");

  const take = await until(async () => (await call(page, "project.get")).takes[0], "no take is made");
  // Both at the size of the clip: what differs is what the model and the codec changed.
  const far = await page.evaluate(
    async ([clip, still]) => {
      const video = Object.assign(document.createElement("video"), { src: clip, muted: true, crossOrigin: "anonymous" });
      await new Promise((resolve, reject) => Object.assign(video, { onseeked: resolve, onerror: () => reject(video.error), currentTime: 0.02 }));
      const { videoWidth: width, videoHeight: height } = video;
      const pixels = (source, ...crop) => {
        const drawing = new OffscreenCanvas(width, height).getContext("2d");
        drawing.drawImage(source, ...crop, 0, 0, width, height);
        return drawing.getImageData(0, 0, width, height).data;
      };
      const picture = await createImageBitmap(new Blob([new Uint8Array(still)], { type: "image/png" }));
      const scale = Math.min(picture.width / width, picture.height / height);
      const [w, h] = [width * scale, height * scale];
      const a = pixels(video, 0, 0, width, height);
      const b = pixels(picture, (picture.width - w) / 2, (picture.height - h) / 2, w, h);
      let sum = 0;
      for (let at = 0; at < a.length; at += 1) if (at % 4 !== 3) sum += Math.abs(a[at] - b[at]);
      return sum / ((a.length / 4) * 3);
    },
    [new URL(take.clip, link).href, [...png]],
  );
  assert.ok(far < 25, `the first frame is ${far.toFixed(1)} levels away from the picture`);
  assert.deepEqual(troubles, []);
});

test("a file that is no picture is refused by name, and the shot stays as it was", async (t) => {
  const { link } = await serve(t, await newHome(t));
  const { page } = await browse(t, link);
  await projectWith(page, [SHOT]);
  const prompt = page.getByRole("textbox", { name: "What is to be seen" });
  await prompt.waitFor();
  await drop(page, prompt, "holiday.png", "image/png", Buffer.from("this is no picture"));
  await page.getByRole("alert").filter({ hasText: "holiday.png" }).waitFor();
  assert.equal((await call(page, "project.get")).shots[0].image, null);
});
