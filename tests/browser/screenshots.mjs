// The README's pictures of the window: the sample project in the real studio, in both languages and both looks.

import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT, browse, call, serve } from "./harness.mjs";

const PICTURES = [
  { name: "dark-en", theme: "dark", language: "en", width: 1280, height: 800 },
  { name: "light-zh", theme: "light", language: "zh", width: 1280, height: 800 },
  { name: "dark-zh-large", theme: "dark", language: "zh", width: 2560, height: 1440 },
  { name: "light-en-large", theme: "light", language: "en", width: 2560, height: 1440 },
];
/** In the window of this picture the export page is opened, too. */
const EXPORT_AFTER = "dark-en";
const FOLDER = join(ROOT, "assets/screenshots");

async function shoot(page, name) {
  await page.screenshot({ path: join(FOLDER, `${name}.jpg`), type: "jpeg", quality: 88 });
  console.log(join("assets/screenshots", `${name}.jpg`));
}

async function shootExport(page) {
  await page.getByRole("button", { name: "Export", exact: true }).first().click();
  const dialog = page.getByRole("dialog", { name: "Export" });
  for (const name of [/Douyin/, /Bilibili/]) await dialog.getByRole("checkbox", { name }).click();
  await dialog.getByRole("textbox", { name: "Folder" }).fill("~/Films");
  await page.waitForTimeout(4000);
  await shoot(page, "export");
}

// The same hooks as a test has; what they take down is taken down at the end.
const after = [];
const run = { after: (end) => after.unshift(end) };
const home = await mkdtemp(join(tmpdir(), "gallop-screenshots-"));
after.push(() => rm(home, { recursive: true, force: true, maxRetries: 10 }));
try {
  await mkdir(FOLDER, { recursive: true });
  const { link } = await serve(run, home);
  let isOpen = false;
  for (const { name, theme, language, width, height } of PICTURES) {
    const { page } = await browse(run, link, { viewport: { width, height }, colorScheme: theme });
    await call(page, "app.set_settings", { settings: { theme, language, seen_first_run: true } });
    if (!isOpen) await call(page, "project.sample");
    isOpen = true;
    await page.reload();
    const clips = page.locator(".timeline [role=option]");
    await clips.nth(1).waitFor();
    await clips.nth(1).click();
    await page.locator("[data-testid=picture][data-exact=true]").waitFor();
    // Thumbnails come one after the other, from one decoder.
    await page.waitForTimeout(4000);
    await page.mouse.move(width / 2, height - 5);
    await shoot(page, name);
    if (name === EXPORT_AFTER) await shootExport(page);
    // The preview is drawn for few windows at a time.
    await page.close();
  }
} finally {
  for (const end of after) await end();
}
