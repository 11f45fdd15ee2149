// The queue outlives the program: killed in the middle, it goes on where it was.

import assert from "node:assert/strict";
import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT, browse, call, newHome, projectWith, serve, until } from "./harness.mjs";

test("jobs of a studio that was killed are made after the next start", async (t) => {
  const home = await newHome(t);
  const first = await serve(t, home);
  const { page } = await browse(t, first.link);
  await projectWith(page, [{ shot: { description: "A red pony in a meadow.", lines: [], sound: null }, seconds: 4 }]);
  const [shot] = (await call(page, "project.get")).shots;
  const jobs = await call(page, "jobs.add", { shots: [shot.id], drafts: 4, goal: "draft" });
  assert.equal(jobs.length, 4);
  await until(async () => (await call(page, "jobs.list")).some((job) => job.state === "running"), "no job runs");
  await first.kill();
  await page.getByText("The studio is not reachable").waitFor();

  const second = await serve(t, home);
  const { page: again, troubles } = await browse(t, second.link);
  await until(async () => (await call(again, "project.get"))?.takes.length === 4, "the queue is not worked off");
  const seeds = (await call(again, "project.get")).takes.map((take) => take.seed);
  assert.deepEqual(seeds.toSorted(), jobs.map((job) => job.seed).toSorted(), "a seed was rolled again");
  assert.deepEqual(troubles, []);
});

test("jobs wait in an order that can be changed, and are cancelled from the drawer", async (t) => {
  const { link } = await serve(t, await newHome(t));
  const { page, troubles } = await browse(t, link);
  await projectWith(page, [{ shot: { description: "A red pony in a meadow.", lines: [], sound: null }, seconds: 4 }]);
  const [shot] = (await call(page, "project.get")).shots;
  await call(page, "jobs.add", { shots: [shot.id], drafts: 6, goal: "draft" });
  // By its place, not by its words: these change with every step of the job that runs.
  await page.getByTestId("queue-pill").click();
  await page.getByRole("complementary", { name: "Queue" }).waitFor();
  // Before one runs, the one in front may begin between two looks.
  await until(async () => (await call(page, "jobs.list")).some((job) => job.state === "running"), "no job runs");
  const waiting = (await call(page, "jobs.list")).filter((job) => job.state === "waiting");
  assert.ok(waiting.length >= 2);
  const last = waiting.at(-1);
  await call(page, "jobs.move", { id: last.id, place: "front" });
  // It is the next, or already the one that runs.
  const now = (await call(page, "jobs.list")).filter((job) => job.state === "waiting" || job.id === last.id);
  assert.equal(now[0]?.id, last.id);
  for (const job of await call(page, "jobs.list")) await call(page, "jobs.cancel", { id: job.id }).catch(() => undefined);
  await until(async () => (await call(page, "jobs.list")).length === 0, "the jobs are not cancelled");
  assert.deepEqual(troubles, []);
});

test("a job whose model is nowhere says so in both languages, and is made when the model comes", async (t) => {
  const home = await newHome(t);
  // An engine that finds no models: it begins in an empty folder, and is told to look into one.
  const shelf = join(home, "shelf");
  await mkdir(shelf);
  await mkdir(join(home, "config"), { recursive: true });
  const launch = ["env", "-C", home, `GALLOP_MODEL_DIR=${shelf}`, process.env.GALLOP_PROGRAM, "engine"];
  const settings = { format: 1, engines: [{ name: "bare", launch }], ui: { seen_first_run: true } };
  await writeFile(join(home, "config/settings.json"), JSON.stringify(settings));
  const { link } = await serve(t, home);
  const en = await browse(t, link);
  const shot = { shot: { description: "A red pony in a meadow.", lines: [], sound: null }, seconds: 1 };
  await projectWith(en.page, [shot]);
  const zh = await browse(t, link, { locale: "zh-CN" });
  const [{ id }] = (await call(en.page, "project.get")).shots;
  await call(en.page, "jobs.add", { shots: [id], goal: "draft" });

  await en.page.getByTestId("queue-pill").getByText("1 job cannot begin").waitFor();
  await en.page.getByTestId("queue-pill").click();
  await en.page.getByText("Model “pony” not found: its job waits.").waitFor();
  await en.page.getByText("It comes with Gallop: install Gallop again, or put the model back where it was.").waitFor();
  await zh.page.getByTestId("queue-pill").click();
  await zh.page.getByText("找不到模型“pony”：1 个任务在等待。").waitFor();

  await cp(join(ROOT, "models/pony"), join(shelf, "pony"), { recursive: true });
  await en.page.getByRole("button", { name: "Look again" }).click();
  await en.page.getByText("Model “pony” not found").waitFor({ state: "detached" });
  await until(async () => (await call(en.page, "project.get")).takes.length === 1, "the job is not made when its model is there");
  assert.deepEqual([...en.troubles, ...zh.troubles], []);
});
