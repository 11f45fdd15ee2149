// Spoken lines in all seven languages, and the window itself in both of its own.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { ROOT, browse, call, newHome, projectWith, serve, until } from "./harness.mjs";

const LINES = {
  zh: "今天的春天，全部半价！",
  yue: "今日真係好靚呀！",
  en: "Good morning, everybody!",
  ja: "おはようございます。",
  ko: "안녕하세요, 여러분!",
  de: "Guten Morgen, ihr Lieben!",
  fr: "Allez, on danse !",
};
const NAMES = { zh: "Mandarin", yue: "Cantonese", en: "English", ja: "Japanese", ko: "Korean", de: "German", fr: "French" };

test("a line in each language is written, fits or not, and reaches the model's prompt", async (t) => {
  const { link } = await serve(t, await newHome(t));
  const { page, troubles } = await browse(t, link);
  await projectWith(page, [{ shot: { description: "A paper pony speaks on a stage.", lines: [], sound: null }, seconds: 4 }]);
  await page.getByRole("textbox", { name: "What is to be seen" }).waitFor();
  let number = 0;
  for (const [code, text] of Object.entries(LINES)) {
    number += 1;
    await page.getByRole("button", { name: "Spoken line", exact: true }).click();
    await page.getByRole("textbox", { name: `Text of line ${number}` }).fill(text);
    await page.getByRole("button", { name: `Language of line ${number}` }).click();
    await page.getByRole("menuitemradio", { name: new RegExp(`^${NAMES[code]}`) }).or(page.getByRole("option", { name: new RegExp(`^${NAMES[code]}`) })).click();
  }
  await until(async () => {
    const { lines } = (await call(page, "project.get")).shots[0].shot;
    return isDeepStrictEqual(lines.map(({ language, text }) => [language, text]), Object.entries(LINES));
  }, "the lines do not reach the core");
  // Seven lines are more than four seconds hold: the window says so beside the last one.
  await page.getByRole("group", { name: "Spoken line 7" }).getByText(/too long/).waitFor();

  // What is said beside a line goes with its words.
  const first = page.getByRole("group", { name: "Spoken line 1" });
  await first.getByText(/^fits · [1-3]/).waitFor();
  await first.getByRole("textbox", { name: "Text of line 1" }).fill(`${LINES.zh} `.repeat(4));
  await first.getByText(/too long/).waitFor();
  await first.getByRole("textbox", { name: "Text of line 1" }).fill("好！");
  await first.getByText(/^fits · /).waitFor();
  assert.deepEqual(troubles, []);
});

test("the window speaks Chinese from the first screen on, without a word of English left", async (t) => {
  const { link } = await serve(t, await newHome(t));
  const { page, troubles } = await browse(t, link, { locale: "zh-CN" });
  const chinese = JSON.parse(await readFile(`${ROOT}ui/src/i18n/zh.json`, "utf8"));
  await page.getByRole("button", { name: chinese["doctor.first_clip"] }).click();
  await page.getByRole("textbox", { name: chinese["first.title"] }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), "zh-CN");
  const english = JSON.parse(await readFile(`${ROOT}ui/src/i18n/en.json`, "utf8"));
  // What is the same in both languages (names, units) may stay.
  const foreign = Object.keys(english).filter((key) => english[key] !== chinese[key] && !/[{]/.test(english[key]) && english[key].length > 3);
  const shown = await page.evaluate(() => document.body.innerText.split("\n").map((line) => line.trim()));
  const left = foreign.filter((key) => shown.includes(english[key]));
  assert.deepEqual(left, []);
  assert.deepEqual(troubles, []);
});
