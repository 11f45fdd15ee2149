// The frame of the window: places, look, projects, a connection that breaks.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { browse, call, newHome, serve, until } from "./harness.mjs";

async function sample(t) {
  const home = await newHome(t);
  const server = await serve(t, home);
  const { page, troubles } = await browse(t, server.link);
  await call(page, "app.set_settings", { settings: { seen_first_run: true } });
  await call(page, "project.sample");
  await page.reload();
  await page.getByRole("region", { name: "Viewer" }).waitFor();
  return { page, troubles, server, home };
}

const isWide = (page, wanted) => until(async () => (await width(page)) === wanted, `the viewer is not ${wanted} wide`);
const width = (page) => page.getByRole("region", { name: "Viewer" }).evaluate((viewer) => Math.round(viewer.getBoundingClientRect().width));

test("places are moved and folded by pointer and by key, and stay so", async (t) => {
  const { page, troubles } = await sample(t);
  const edge = page.getByRole("separator", { name: "Width of the library" });
  const usual = await width(page);
  const box = await edge.boundingBox();
  await page.mouse.move(box.x, box.y + 80);
  await page.mouse.down();
  await page.mouse.move(box.x + 60, box.y + 80, { steps: 4 });
  await page.mouse.up();
  await isWide(page, usual - 60);
  await edge.focus();
  await page.keyboard.press("ArrowRight");
  await isWide(page, usual - 76);
  await page.keyboard.press("Enter");
  await page.getByRole("region", { name: "Library" }).waitFor({ state: "hidden" });
  await until(async () => (await width(page)) > usual, "the viewer does not take the library's place");
  await page.keyboard.press("Enter");
  await isWide(page, usual - 76);
  await until(async () => (await call(page, "app.settings")).layout.library > 300, "the width is not kept");
  await page.reload();
  await page.getByRole("region", { name: "Viewer" }).waitFor();
  await isWide(page, usual - 76);
  assert.deepEqual(troubles, []);
});

test("theme and language are those of the settings", async (t) => {
  const { page, troubles } = await sample(t);
  const look = () => page.evaluate(() => [document.documentElement.dataset.theme, document.documentElement.lang]);
  assert.deepEqual(await look(), ["dark", "en"]);
  await call(page, "app.set_settings", { settings: { theme: "light", language: "zh" } });
  await page.reload();
  await page.getByRole("region", { name: "预览" }).waitFor();
  assert.deepEqual(await look(), ["light", "zh-CN"]);
  assert.deepEqual(troubles, []);
});

test("a project is made, renamed, closed and found again; what is no project is told where it was asked for", async (t) => {
  const { page, troubles, home } = await sample(t);
  const menu = page.getByTestId("project-menu");
  await menu.click();
  await page.getByRole("menuitem", { name: "Projects…" }).click();
  const chooser = page.getByRole("dialog", { name: "Projects" });
  await chooser.getByRole("textbox", { name: "Name" }).fill("Spring sale");
  await chooser.getByRole("radio", { name: "16:9" }).click();
  await chooser.getByTestId("create-project").click();
  await chooser.waitFor({ state: "hidden" });
  await menu.getByText("Spring sale").waitFor();
  assert.equal((await call(page, "project.get")).aspect, "16:9");

  await menu.click();
  await page.getByRole("menuitem", { name: "Rename project…" }).click();
  const rename = page.getByRole("dialog", { name: "Rename project…" });
  await rename.getByRole("textbox").fill("Summer sale");
  await page.keyboard.press("Enter");
  await menu.getByText("Summer sale").waitFor();

  await menu.click();
  await page.getByRole("menuitem", { name: "Close project" }).click();
  await chooser.getByRole("button", { name: "Open a folder…" }).click();
  await chooser.getByRole("textbox", { name: /Folder/ }).fill(join(home, "nothing"));
  await page.keyboard.press("Enter");
  await chooser.getByRole("alert").waitFor();
  assert.match(await chooser.getByRole("alert").innerText(), /\S/);
  await chooser.getByRole("button", { name: /^Summer sale/ }).click();
  await chooser.waitFor({ state: "hidden" });
  await menu.getByText("Summer sale").waitFor();
  assert.deepEqual(troubles, []);
});

test("a studio that is gone is told", async (t) => {
  const { page, server } = await sample(t);
  await server.kill();
  await page.getByRole("alertdialog", { name: "The studio is not reachable" }).waitFor();
});
