// A model comes over a bad line. Whatever happens to it, the model page says so in plain words, and what stands on the disk
// in the end is right.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { startHub, writeCatalog } from "./faulty.mjs";
import { browse, call, listen, newHome, projectWith, serve, until } from "./harness.mjs";

/** A studio whose hub is ours, with the model page open. */
async function modelPage(t, names, faults, options = {}) {
  const home = await newHome(t);
  const hub = await startHub(t, names, faults, options.bytes);
  await writeCatalog(home, hub, options.gates);
  const { link } = await serve(t, home, { HF_ENDPOINT: hub.url, HF_HOME: join(home, "hub"), HF_TOKEN: "", DBUS_SESSION_BUS_ADDRESS: "unix:path=/nowhere" });
  const { page, troubles } = await browse(t, link);
  for (const name of options.accepted ?? names) await call(page, "models.accept", { id: name });
  const said = await listen(page, "article.model, [role=status]");
  await projectWith(page, []);
  const models = (await call(page, "app.status")).places.models;
  await openModels(page);
  const row = (name) => page.locator("article.model", { has: page.getByText(`Toy ${name}`, { exact: true }) });
  await row(names[0]).waitFor();
  return { page, troubles, hub, row, said, file: (name, path = "big.bin") => join(models, name, path) };
}

async function openModels(page) {
  await page.locator("footer").getByRole("button", { name: "pony" }).click();
}

const says = (place, words) => place.getByText(words).first().waitFor();

async function isRight(hub, name, path) {
  assert.ok((await readFile(path)).equals(hub.models.get(name).big), `${name} is another file than the hub's`);
}

test("a model is accepted, fetched, paused, gone on with, checked, mended and removed", async (t) => {
  const { page, troubles, hub, row, said, file } = await modelPage(t, ["calm"], {}, { accepted: [], bytes: 12 << 20 });
  const calm = row("calm");
  await calm.getByRole("button", { name: "Get" }).click();
  await calm.getByText("Be good.").waitFor();
  assert.equal(hub.log.length, 0, "something was fetched before its licence was accepted");
  await calm.getByRole("button", { name: "Accept" }).click();
  await says(calm, /^accepted,/);

  hub.line.left = 4 << 20;
  await calm.getByRole("button", { name: "Get" }).click();
  await calm.getByRole("progressbar").waitFor();
  await until(async () => (await call(page, "models.list")).find((one) => one.id === "calm").progress?.done_bytes > 1 << 20, "nothing comes");
  await calm.getByRole("button", { name: "Pause" }).click();
  await says(calm, /paused/);
  hub.line.left = Infinity;
  await calm.getByRole("button", { name: "Go on" }).waitFor();
  const before = hub.log.length;
  await calm.getByRole("button", { name: "Go on" }).click();
  await says(calm.locator(".model-state"), /^1[23](\.\d)? MB$/);
  await isRight(hub, "calm", file("calm"));
  const again = hub.log.slice(before).filter(({ path, isQuestion }) => path === "big.bin" && !isQuestion);
  assert.ok(again.length > 0 && again.every(({ first }) => first > 0), "what was here came again");

  const check = async () => {
    await calm.getByRole("button", { name: /^More for/ }).click();
    await page.getByRole("menuitem", { name: "Check all files" }).click();
  };
  await check();
  await says(calm, "All 2 files are as published.");
  const damaged = await readFile(file("calm"));
  damaged[1000] ^= 1;
  await writeFile(file("calm"), damaged);
  await check();
  await says(calm, /One file is damaged or missing: big\.bin/);
  hub.line.left = 1 << 20;
  await calm.getByRole("button", { name: "Drop damaged files" }).click();
  await calm.getByRole("button", { name: "Fetch again" }).click();
  await calm.getByRole("progressbar").waitFor();
  hub.line.left = Infinity;
  await says(calm.locator(".model-state"), /^1[23](\.\d)? MB$/);
  await isRight(hub, "calm", file("calm"));

  await calm.getByRole("button", { name: /^More for/ }).click();
  await page.getByRole("menuitem", { name: "Remove from this machine" }).click();
  await said("", /are free again/);
  await calm.getByRole("button", { name: "Get" }).waitFor();
  assert.equal(existsSync(file("calm")), false);

  hub.line.left = 1 << 20;
  await calm.getByRole("button", { name: "Get" }).click();
  await calm.getByRole("progressbar").waitFor();
  await calm.getByRole("button", { name: "Cancel and remove what came" }).click();
  await calm.getByRole("button", { name: "Get" }).waitFor();
  assert.equal(existsSync(file("calm")) || existsSync(`${file("calm")}.part`), false);
  assert.deepEqual(troubles, []);
});

test("what a bad line does is said and mended", async (t) => {
  const faults = {
    drops: [
      { kind: "drop", after: 1 << 20 },
      { kind: "drop", after: 300_000 },
    ],
    shortens: [{ kind: "short", after: 500_000 }],
    corrupts: [{ kind: "corrupt" }],
    hurries: [{ kind: "status", status: 429, headers: { "retry-after": "5" } }],
    stalls: [{ kind: "stall", after: 1 << 20 }],
    lies: [{ kind: "corrupt", forever: true }],
    breaks: [{ kind: "status", status: 500, forever: true }],
    closes: [{ kind: "status", status: 401, forever: true }],
    forbids: [{ kind: "status", status: 403, forever: true }],
  };
  const { page, troubles, hub, row, said, file } = await modelPage(t, Object.keys(faults), faults, {
    gates: { closes: "automatic", forbids: "manual" },
  });
  // All at once: each has its own thread, and some take as long as the patience with a silent server is.
  for (const name of Object.keys(faults)) await row(name).getByRole("button", { name: "Get" }).click();

  await said("Toy hurries", /Nothing comes right now \(.*answered 429\)\. Gallop tries again by itself\./);
  await said("Toy breaks", /Nothing comes right now \(.*answered 500\)\. Gallop tries again by itself\./);
  await says(row("closes"), /this model has a gate: sign in and accept its terms at https:\/\/hub\.example\/them\/closes/i);
  await says(row("forbids"), /this model has a gate/i);
  await said("Toy stalls", /Nothing comes right now/);
  for (const name of ["drops", "shortens", "corrupts", "hurries"]) {
    await says(row(name).locator(".model-state"), /^3(\.\d)? MB$/);
    await isRight(hub, name, file(name));
  }
  await says(row("lies"), /does not have the hash that it should/);
  assert.equal(existsSync(file("lies")), false, "a wrong file stands under its final name");
  await says(row("breaks"), /answered 500; it was tried \d+ times, and what has come is kept/);
  await row("breaks").getByRole("button", { name: /^(Go on|Get)$/ }).waitFor();
  await says(row("stalls").locator(".model-state"), /^3(\.\d)? MB$/);
  await isRight(hub, "stalls", file("stalls"));
  assert.ok(hub.log.every(({ token }) => token === undefined), "a server that is not the hub saw a token");

  // A gate is where a token is asked for, and what cannot be kept is said.
  await row("closes").locator("[aria-expanded]").click();
  const token = row("closes").getByLabel("Token of your account");
  await token.fill("hf_nobodysToken");
  await row("closes").getByRole("button", { name: "Keep in the keychain" }).click();
  await says(row("closes").getByRole("alert"), /there is no place for a token here/i);
  assert.equal(await token.inputValue(), "", "the token stays on the screen");

  // The same in the other language.
  await call(page, "app.set_settings", { settings: { language: "zh" } });
  await page.reload();
  await openModels(page);
  await says(row("closes"), /该模型需要先在来源网站上同意条款/);
  await says(row("breaks"), /出错了：.*answered 500/);
  assert.deepEqual(troubles, []);
});
