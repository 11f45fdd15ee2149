// What goes wrong is said: each kind of refusal that the core has, provoked as it comes about, in both languages.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { startHub, writeCatalog } from "./faulty.mjs";
import { ROOT, browse, call, drop, newHome, projectWith, serve, until } from "./harness.mjs";

const SHOT = { shot: { description: "A red pony in a meadow.", lines: [], sound: null }, seconds: 4 };

/** The same studio in two windows, one for each language of the interface. */
async function bothLanguages(t, link, prepare = async () => undefined) {
  const en = await browse(t, link);
  await call(en.page, "app.set_settings", { settings: { seen_first_run: true } });
  await prepare(en.page);
  await en.page.reload();
  const zh = await browse(t, link, { locale: "zh-CN" });
  const pages = { en: en.page, zh: zh.page };
  return {
    pages,
    /** Does the same in both, and waits for the words of each. */
    async each(act, words) {
      for (const [language, page] of Object.entries(pages)) {
        await act(page);
        await page.getByRole("alert").filter({ hasText: words[language] }).first().waitFor();
        const close = page.getByRole("alert").getByRole("button").first();
        while (await close.isVisible()) await close.click();
      }
    },
    check() {
      assert.deepEqual([...en.troubles, ...zh.troubles], []);
    },
  };
}

test("files that cannot be taken are refused by their names", async (t) => {
  const { link } = await serve(t, await newHome(t));
  const { each, check, pages } = await bothLanguages(t, link, (page) => projectWith(page, [SHOT]));
  const [shot] = (await call(pages.en, "project.get")).shots;
  await call(pages.en, "jobs.add", { shots: [shot.id], goal: "draft" });
  const take = await until(async () => (await call(pages.en, "project.get")).takes[0], "no take is made");
  const clip = Buffer.from(await (await fetch(new URL(take.clip, link))).arrayBuffer());
  const onPicture = (name, type, bytes) => async (page) => drop(page, page.getByTestId("screen"), name, type, bytes);

  await each(onPicture("holiday.png", "image/png", Buffer.from("no picture")), { en: /holiday\.png/, zh: /^这不是可读取的图片（.*holiday\.png/ });
  await each(onPicture("dance.png", "image/png", clip), { en: /a clip that Gallop made.*dance\.png/, zh: /^这是 Gallop 生成的片段。.*dance\.png/ });
  await each(onPicture("film.mp4", "video/mp4", Buffer.from("no film")), {
    en: /neither a picture nor a film nor a sound that can be read: .*film\.mp4/,
    zh: /^这不是可读取的图片、视频或声音：.*film\.mp4/,
  });
  await each(onPicture("empty.wav", "audio/wav", Buffer.alloc(0)), { en: /this file is empty/i, zh: /^该文件为空，.*empty\.wav/ });
  const long = (page) =>
    page.evaluate(() => {
      // A gibibyte by name only: the same megabyte again and again.
      const piece = new Blob([new Uint8Array(1 << 20)]);
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Blob(Array(2049).fill(piece))], "opera.wav", { type: "audio/wav" }));
      window.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, clientX: 400, clientY: 300, cancelable: true }));
    });
  await each(long, { en: /longer than the 2 GiB that are taken/, zh: /^该文件超过 2 GiB 的上限：opera\.wav/ });
  assert.deepEqual((await call(pages.en, "project.get")).media, []);
  check();
});

test("projects that cannot be opened say why", async (t) => {
  const home = await newHome(t);
  const { link } = await serve(t, home);
  const { each, check, pages } = await bothLanguages(t, link);
  const folder = async (name, text) => {
    const path = join(home, `${name}.gallop`);
    await mkdir(path, { recursive: true });
    if (text !== undefined) await writeFile(join(path, "project.json"), text);
    return path;
  };
  for (const page of Object.values(pages)) {
    // Who has no project yet is met by the chooser.
    await page.getByRole("dialog").getByRole("button", { name: /^(Open a folder…|打开文件夹…)$/ }).click();
  }
  const open = (path) => async (page) => {
    const field = page.getByRole("dialog").locator("form input").last();
    await field.fill(path);
    await field.press("Enter");
  };
  await each(open(join(home, "Gone.gallop")), { en: /there is no such folder: .*Gone\.gallop/i, zh: /^没有这个文件夹：.*Gone\.gallop/ });
  await each(open(await folder("Empty")), { en: /no Gallop project, it has no project\.json/, zh: /^这不是 Gallop 项目，.*Empty\.gallop/ });
  await each(open(await folder("Broken", '{"format": 1, "shots": [')), { en: /Broken\.gallop/, zh: /[：。].*Broken\.gallop/ });
  await each(open(await folder("Later", '{"format": 99}')), { en: /newer Gallop/, zh: /^该项目由更新版本的 Gallop 保存/ });

  const other = await serve(t, await newHome(t));
  const elsewhere = await browse(t, other.link);
  const busy = await call(elsewhere.page, "project.create", { name: "Busy", aspect: "9:16", model: "pony", folder: home });
  await each(open(busy.folder), { en: /this project is open in .*; close it there first/i, zh: /^该项目已在另一个窗口或程序中打开/ });
  check();
});

test("what changes under the studio's feet is said where it is met", async (t) => {
  const home = await newHome(t);
  const hub = await startHub(t, ["toy"]);
  await writeCatalog(home, hub);
  const { link } = await serve(t, home, { HF_ENDPOINT: hub.url, HF_HOME: join(home, "hub"), HF_TOKEN: "" });
  const { each, check, pages } = await bothLanguages(t, link, async (page) => {
    await projectWith(page, [SHOT]);
    await call(page, "models.accept", { id: "toy" });
  });
  const { en } = pages;
  const [shot] = (await call(en, "project.get")).shots;
  await call(en, "jobs.add", { shots: [shot.id], goal: "draft" });
  const take = await until(async () => (await call(en, "project.get")).takes[0], "no take is made");

  // A draft that waits to be finished is not to be thrown away.
  const [finish] = await call(en, "jobs.finish", { takes: [take.id] });
  await call(en, "jobs.pause", { id: finish.id });
  const removeTake = async (page) => {
    await page.keyboard.press("Escape");
    await page.getByRole("tab", { name: /^(Takes|版本)$/ }).click();
    const card = page.locator(".card").first();
    await card.click({ button: "right" });
    await page.getByRole("menuitem", { name: /^(Remove take|删除版本)$/ }).click();
  };
  await each(removeTake, { en: /a job of the queue finishes this draft\. cancel the job first/i, zh: /^队列中有任务要精修该草稿。/ });
  await call(en, "jobs.cancel", { id: finish.id });

  // A clip whose file is gone has no last picture.
  const { folder } = await call(en, "project.get");
  await rm(join(folder, "takes", take.id, "clip.mp4"));
  const goOn = async (page) => page.getByRole("button", { name: /^(Continue from the last frame|接最后一帧继续)$/ }).first().click();
  await each(goOn, { en: /the clip of this take is gone; make it again/i, zh: /^项目引用的文件丢失或已被改动。/ });

  // The list of accepted licences was thrown away.
  for (const page of [pages.en, pages.zh]) {
    await page.locator("footer").getByRole("button", { name: "pony" }).click();
    await page.locator("article.model", { hasText: "Toy toy" }).waitFor();
  }
  const { places } = await call(en, "app.status");
  for (const file of await readdir(places.models)) if (/licence/i.test(file)) await rm(join(places.models, file));
  const get = async (page) => page.locator("article.model", { hasText: "Toy toy" }).getByRole("button", { name: /^(Get|下载)$/ }).first().click();
  await each(get, { en: /the licence of `toy` has not been accepted yet/i, zh: /^请先接受该模型的许可协议/ });
  assert.equal(hub.log.length, 0);
  for (const page of [pages.en, pages.zh]) await page.keyboard.press("Escape");

  // What cannot be written is not taken for saved.
  await rm(join(folder, "project.json"));
  await mkdir(join(folder, "project.json", "in the way"), { recursive: true });
  const rename = async (page) => {
    const title = page.getByRole("textbox", { name: /^(Title of the shot|镜头标题)$/ }).first();
    await title.fill(`Title ${Math.random()}`);
    await title.press("Enter");
  };
  await each(rename, { en: /project\.json/, zh: /project\.json/ });
  check();
});

test("an engine that is not there, and one that dies, are told", async (t) => {
  const home = await newHome(t);
  await mkdir(join(home, "config"), { recursive: true });
  const engines = [{ name: "gpu1", launch: ["/nowhere/gallop", "engine"] }];
  await writeFile(join(home, "config/settings.json"), JSON.stringify({ format: 1, engines }));
  const first = await serve(t, home);
  const lost = await bothLanguages(t, first.link, async (page) => {
    await projectWith(page, [SHOT]);
    const [shot] = (await call(page, "project.get")).shots;
    await call(page, "jobs.add", { shots: [shot.id], goal: "draft" });
  });
  await lost.pages.en.getByTestId("engine").filter({ hasText: /gpu1 · The engine `gpu1` cannot be started/ }).waitFor();
  await lost.pages.zh.getByTestId("engine").filter({ hasText: /gpu1 · .+：.*gpu1/ }).waitFor();
  lost.check();
  // It rests until both pages are open, or it would be made before anybody looks.
  const [{ id: made }] = await call(lost.pages.en, "jobs.list");
  await call(lost.pages.en, "jobs.pause", { id: made });
  await first.stop();

  const { engines: _, ...chosen } = JSON.parse(await readFile(join(home, "config/settings.json"), "utf8"));
  await writeFile(join(home, "config/settings.json"), JSON.stringify(chosen));
  const second = await serve(t, home);
  const { pages, check } = await bothLanguages(t, second.link);
  await call(pages.en, "jobs.resume", { id: made });
  // Each time it works it is killed, as the system does to a program that takes all memory.
  const killed = new Set();
  const failed = await until(async () => {
    const [job] = await call(pages.en, "jobs.list");
    if (job?.state === "failed") return job;
    for (const id of await children(second.pid)) {
      if (killed.has(id) || !(await commandOf(id)).includes("engine") || job?.state !== "running") continue;
      killed.add(id);
      process.kill(id, "SIGKILL");
    }
    return null;
  }, "the job does not fail");
  assert.equal(failed.failure.code, "internal");
  assert.ok(killed.size >= 2, `one dead engine is enough to give a job up: ${killed.size}`);
  for (const [page, pill, advice] of [
    [pages.en, /1 job failed/, /Something went wrong in the engine\. Try again/],
    [pages.zh, /失败/, /引擎/],
  ]) {
    await page.getByTestId("queue-pill").filter({ hasText: pill }).click();
    await page.locator(".failed-advice").filter({ hasText: advice }).waitFor();
    await page.locator(".failed-why").filter({ hasText: /\S/ }).waitFor();
  }
  check();
});

test("a model that is not here is said before anything is generated", async (t) => {
  const { link } = await serve(t, await newHome(t));
  const { pages, check } = await bothLanguages(t, link, async (page) => {
    await projectWith(page, [SHOT]);
    await call(page, "project.edit", { model: "magihuman-distill" });
  });
  for (const page of Object.values(pages)) {
    await page.locator(".make-problem", { hasText: "magihuman-distill" }).getByRole("button").click();
    await page.getByRole("dialog", { name: /^(Models|模型)$/ }).waitFor();
  }
  check();
});

test("a full disk is said, and what was there stays", async (t) => {
  const home = await newHome(t);
  const hub = await startHub(t, ["toy"]);
  await writeCatalog(home, hub);
  const disk = join(home, "small");
  await mkdir(disk);
  if (spawnSync("unshare", ["--map-root-user", "--mount", "mount", "-t", "tmpfs", "none", disk]).status !== 0) {
    return t.skip("this machine lets no test mount a small disk");
  }
  // The studio's cache and models lie on a disk of 200 MB: less than what Gallop leaves free on any.
  const script = `mount -t tmpfs -o size=200m none "${disk}" && mkdir -p "${disk}/cache" && ln -s "${disk}/cache" "${home}/cache" && exec "$0" "$@"`;
  const { link } = await serve(t, home, { HF_ENDPOINT: hub.url, HF_HOME: join(home, "hub"), HF_TOKEN: "", GALLOP_MODEL_DIR: join(disk, "models") }, [
    "unshare",
    "--map-root-user",
    "--mount",
    "sh",
    "-c",
    script,
  ]);
  const { each, check, pages } = await bothLanguages(t, link, async (page) => {
    await projectWith(page, [SHOT]);
    await call(page, "models.accept", { id: "toy" });
  });
  const pony = await readFile(join(ROOT, "assets/sample/pony.png"));
  await each(async (page) => drop(page, page.getByTestId("screen"), "pony.png", "image/png", pony), {
    en: /the disk is too full for this file/i,
    zh: /^磁盘空间不足。The disk is too full for this file/,
  });
  const get = async (page) => {
    await page.locator("footer").getByRole("button", { name: "pony" }).click();
    await page.locator("article.model", { hasText: "Toy toy" }).getByRole("button", { name: /^(Get|下载|Go on|继续)$/ }).first().click();
  };
  await each(get, { en: /the disk is too small: .* are needed/i, zh: /^磁盘空间不足。/ });
  assert.deepEqual((await call(pages.en, "project.get")).shots.length, 1);
  check();
});

test("a link without its token, or with an old one, says what to open instead", async (t) => {
  const { link } = await serve(t, await newHome(t));
  const { page } = await browse(t, link);
  for (const path of ["/", "/0123456789abcdef0123456789abcdef/"]) {
    const answer = await page.goto(new URL(path, link).href);
    assert.equal(answer.status(), 404);
    await page.getByText("open the link that Gallop printed").waitFor();
  }
});

/** The processes that a process started. */
async function children(pid) {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, "utf8").catch(() => "")));
  return lists.flatMap((list) => list.split(" ").filter(Boolean).map(Number));
}

const commandOf = (pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
