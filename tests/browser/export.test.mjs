// From the timeline to files: presets are chosen, the picture is seen as it will be written, and what was written is right.

import assert from "node:assert/strict";
import { mkdir, readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { brightness, browse, call, listen, newHome, serve, until } from "./harness.mjs";

/** The sample film, cut to some frames of its first clip. What the window's button for exports says is listened to. */
async function sample(t, home, frames = 25) {
  const { link } = await serve(t, home);
  const { page, troubles } = await browse(t, link);
  await call(page, "app.set_settings", { settings: { seen_first_run: true } });
  const { timeline } = await call(page, "project.sample");
  const [first, ...others] = timeline.clips;
  await call(page, "timeline.edit", {
    edits: [
      { kind: "delete", clips: others.map(({ id }) => id), gap: "close" },
      ...timeline.tracks.map(({ id }) => ({ kind: "delete_track", track: id, id })),
      { kind: "trim", clip: first.id, edge: "out", to: first.in + frames },
    ],
  });
  const out = join(home, "films");
  await mkdir(out, { recursive: true });
  const said = await listen(page, "header button");
  await page.reload();
  await page.locator("header").getByRole("button", { name: "Export" }).click();
  const dialog = page.getByRole("dialog", { name: "Export" });
  await dialog.getByRole("textbox", { name: "Folder" }).fill(out);
  await dialog.getByRole("textbox", { name: "Folder" }).press("Tab");
  return { page, troubles, dialog, out, said };
}

test("a film is seen as it will be, exported for two platforms, and its report is shown", async (t) => {
  const { page, troubles, dialog, out, said } = await sample(t, await newHome(t));
  const start = dialog.getByRole("button", { name: "Export" });
  assert.ok(await start.isDisabled(), "nothing is chosen, and yet it can be exported");
  await dialog.getByRole("checkbox", { name: "X", exact: true }).click();
  await dialog.getByText("0.5 s to 2 min 20 s · up to 512 MB").waitFor();
  const picture = dialog.getByTestId("export-picture");
  await until(() => picture.evaluate(({ dataset }) => dataset.exact === "true"), "there is no picture of the export");
  const light = await brightness(picture);
  assert.ok(light > 20 && light < 235, `the picture is empty: mean ${light}`);
  assert.ok(await dialog.locator(".export-safe").isVisible(), "what the platform covers is not shown");
  await dialog.getByRole("checkbox", { name: "TikTok" }).click();
  await dialog.getByText("2 films").waitFor();
  await start.click();

  // The list shows it while it is written, and the button at the top how far it is.
  const clips = dialog.locator(".exported");
  await clips.nth(1).waitFor();
  await said("Export", /^Export · \d+ %$/);
  await until(async () => (await call(page, "export.list"))[0].state === "done", "the export does not come to its end");
  await dialog.locator('.exported[data-state="done"]').nth(1).waitFor();
  await dialog.getByRole("button", { name: "Report" }).first().click();
  await dialog.getByText("the file says that AI made it").first().waitFor();
  await dialog.getByText(/sound and picture are -?[\d.]+ ms apart/).first().waitFor();
  await dialog.getByText(/switch on “AI-generated content”/).first().waitFor();
  const [done] = await call(page, "export.list");
  for (const item of done.items) {
    const names = await readdir(item.folder);
    for (const file of item.report.files) assert.ok(names.includes(file.name), `${file.name} is not in ${item.folder}`);
  }
  const film = done.items[0].report.files.find(({ name }) => name.endsWith(".mp4"));
  const bytes = await readFile(join(done.items[0].folder, film.name));
  assert.equal(bytes.subarray(4, 8).toString(), "ftyp");
  assert.ok(done.items[0].folder.startsWith(out));
  assert.deepEqual(troubles, []);
});

/** The canvas of the export's picture once it shows a frame, and as sharply as it can: its size, and the mean level of each of its rows. */
async function painted(dialog, frame, isLike = () => true) {
  const canvas = dialog.getByTestId("export-picture");
  return until(async () => {
    const now = await canvas.evaluate((canvas) => {
      const { width, height, dataset } = canvas;
      const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
      const rows = Array.from({ length: height }, (_, y) => {
        let sum = 0;
        for (let at = y * width * 4; at < (y + 1) * width * 4; at += 4) sum += data[at] + data[at + 1] + data[at + 2];
        return sum / (3 * width);
      });
      return { width, height, rows, frame: Number(dataset.frame), exact: dataset.exact === "true" && width > canvas.clientWidth * 0.9 };
    });
    return now.exact && now.frame === frame && isLike(now) && now;
  }, `the export's frame ${frame} is not painted`);
}

/** How far two pictures of the same size are apart between two heights, told in parts of it. */
const apart = (a, b, from = 0, to = 1) => {
  const rows = a.rows.slice(Math.floor(from * a.height), Math.ceil(to * a.height));
  return rows.reduce((sum, level, at) => sum + Math.abs(level - b.rows[at + Math.floor(from * a.height)]), 0) / rows.length;
};

test("the picture is what the graph will write for the preset: its shape, its label, its captions, a wide film on its own blur", async (t) => {
  const home = await newHome(t);
  const { link } = await serve(t, home);
  const { page, troubles } = await browse(t, link);
  await call(page, "app.set_settings", { settings: { seen_first_run: true } });
  await call(page, "project.sample");
  await page.reload();
  await page.locator("header").getByRole("button", { name: "Export" }).click();
  const dialog = page.getByRole("dialog", { name: "Export" });
  await dialog.getByRole("checkbox", { name: /Douyin/ }).click();
  const isTall = ({ width, height }) => Math.abs(width / height - 9 / 16) < 0.02;
  const tall = await painted(dialog, 0, isTall);

  // The label is in the picture by law, and goes where it is left out.
  await dialog.getByRole("radio", { name: "Never" }).click();
  const bare = await painted(dialog, 0, (now) => isTall(now) && apart(now, tall, 0, 0.3) > 0.02);
  await dialog.getByRole("radio", { name: "Always" }).click();
  await painted(dialog, 0, (now) => apart(now, bare, 0, 0.3) > 0.02);

  // It is scrubbed, and captions are as they are chosen.
  const scrub = dialog.getByRole("slider", { name: "Place in the film" });
  await scrub.fill("30");
  const read = await painted(dialog, 30);
  await dialog.getByRole("radio", { name: "Nowhere" }).click();
  const unread = await painted(dialog, 30, (now) => apart(now, read, 0.5, 1) > 0.02);
  assert.ok(apart(read, unread, 0, 0.3) < 0.01, "what changed is not where captions are");

  // Another shape: the graph's own, not a tall picture that is cut off or put between bars.
  await dialog.getByRole("checkbox", { name: /Bilibili/ }).click();
  const wide = await painted(dialog, 30, ({ width, height }) => Math.abs(width / height - 16 / 9) < 0.02);
  const mean = (rows) => rows.reduce((sum, level) => sum + level, 0) / rows.length;
  assert.ok(mean(wide.rows) > 15, "the wide picture is black");
  const side = await dialog.getByTestId("export-picture").evaluate((canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, Math.floor(canvas.width * 0.2), canvas.height);
    return data.reduce((sum, level, at) => (at % 4 === 3 ? sum : sum + level), 0) / ((data.length / 4) * 3);
  });
  assert.ok(side > 15, `beside the clip there are black bars: ${side}`);

  // It plays, with what the platform covers over it or not.
  await dialog.getByRole("checkbox", { name: /Douyin/ }).click();
  await dialog.getByRole("checkbox", { name: /Douyin/ }).click();
  await dialog.locator(".export-safe").waitFor();
  await dialog.getByRole("button", { name: "What the platform covers" }).click();
  await dialog.locator(".export-safe").waitFor({ state: "detached" });
  await dialog.getByRole("button", { name: "Play", exact: true }).click();
  await until(async () => Number(await scrub.inputValue()) > 45, "it does not play");
  await dialog.getByRole("button", { name: "Stop", exact: true }).click();
  assert.deepEqual(troubles, []);
});

test("a label that a law asks for is left out only by who agrees to it", async (t) => {
  // Long enough to be broken off.
  const { page, troubles, dialog } = await sample(t, await newHome(t), 100);
  await dialog.getByRole("checkbox", { name: /Douyin/ }).click();
  const start = dialog.getByRole("button", { name: "Export", exact: true });
  await until(() => start.isEnabled(), "it cannot be exported");
  await dialog.getByRole("radio", { name: "Never" }).click();
  await dialog.getByText(/The law asks for the label on Douyin/).waitFor();
  assert.ok(await start.isDisabled(), "it can be exported without the statement");
  await dialog.getByRole("checkbox", { name: /without the visible AI label/ }).click();
  await start.click();
  await until(async () => (await call(page, "export.list"))[0]?.state === "running", "the export does not begin");
  await dialog.getByRole("button", { name: "Cancel" }).first().click();
  await until(async () => (await call(page, "export.list"))[0].state === "cancelled", "the export is not broken off");
  await dialog.getByText("cancelled").first().waitFor();
  // Next time it is asked again.
  await dialog.getByRole("tab", { name: "New" }).click();
  await dialog.getByRole("checkbox", { name: /without the visible AI label/ }).waitFor();
  assert.ok(await start.isDisabled(), "an old agreement counts for a new export");
  assert.deepEqual(troubles, []);
});

test("a folder that is not there is said, and the cut is handed over to one that is", async (t) => {
  const { page, troubles, dialog, out } = await sample(t, await newHome(t));
  await dialog.getByRole("checkbox", { name: "TikTok" }).click();
  const folder = dialog.getByRole("textbox", { name: "Folder" });
  await folder.fill("/nowhere/at all");
  await folder.press("Tab");
  await dialog.getByRole("button", { name: "Export", exact: true }).click();
  await dialog.getByRole("alert").filter({ hasText: /there is no such folder/i }).waitFor();
  await dialog.getByRole("tab", { name: /exports?$/ }).click();
  const target = dialog.getByRole("textbox", { name: "Folder" });
  await target.fill(out);
  await target.press("Tab");
  await dialog.getByRole("button", { name: "Hand over" }).click();
  await dialog.getByRole("status").filter({ hasText: out }).waitFor();
  const [made] = await readdir(out);
  const names = await readdir(join(out, made));
  assert.ok(names.some((name) => name.endsWith(".otio")) && names.some((name) => name.endsWith(".fcpxml")), names.join(" "));
  assert.equal((await call(page, "export.list")).length, 0);
  assert.deepEqual(troubles, []);
});
