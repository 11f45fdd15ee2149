// Drafts first: several seeds, the liked one is finished without a new roll.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browse, call, newHome, projectWith, serve, until } from "./harness.mjs";

test("two drafts are made, one is chosen and finished from its own latents", async (t) => {
  const { link } = await serve(t, await newHome(t));
  const { page, troubles } = await browse(t, link);
  await projectWith(page, [{ shot: { description: "A green robot on a beach at noon.", lines: [], sound: null } }]);
  const prompt = page.getByRole("textbox", { name: "What is to be seen" });
  await prompt.waitFor();
  await page.getByRole("button", { name: "One clip more" }).click();
  await prompt.press("Control+Enter");
  const drafts = await until(async () => {
    const { takes } = await call(page, "project.get");
    return takes.length === 2 && takes;
  }, "two drafts are not made");
  assert.notEqual(drafts[0].seed, drafts[1].seed);
  assert.deepEqual(drafts.map((take) => take.goal), ["draft", "draft"]);

  const strip = page.getByRole("list", { name: /^Takes of/ });
  const wanted = drafts[1];
  await page.keyboard.press("Escape");
  await strip.getByRole("button", { name: `draft · seed ${wanted.seed}` }).click();
  await until(async () => (await call(page, "project.get")).shots[0].take === wanted.id, "the take is not chosen");
  await page.getByRole("button", { name: "Finish 1 draft" }).click();
  const finished = await until(
    async () => (await call(page, "project.get")).takes.find((take) => take.goal === "final"),
    "the draft is not finished",
  );
  assert.equal(finished.parent, wanted.id);
  assert.equal(finished.seed, wanted.seed);
  assert.deepEqual(troubles, []);
});
