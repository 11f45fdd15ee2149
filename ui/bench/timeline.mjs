// Measures how smoothly the timeline scrolls, zooms and drags with many clips. See README.md for what it told.
//
//   npm run bench:timeline -- LINK [CLIPS]
//
// LINK is what `gallop serve` prints. The open project must have that many clips (500 where nothing is said); where it
// has fewer, a project of its own is made and filled with shots that are not made yet.

import { loadavg } from "node:os";
import { chromium } from "playwright-core";

const [link, count = "500"] = process.argv.slice(2);
if (!link) {
  console.error("usage: npm run bench:timeline -- LINK [CLIPS]");
  process.exit(2);
}
const CLIPS = Number(count);
const FRAME_MS = 1000 / 60;
const SECONDS = 4;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
page.on("pageerror", (error) => console.error(error.message));
await page.goto(link);
await page.waitForSelector(".timeline", { timeout: 30_000 });
await page.waitForTimeout(500);
if ((await clipCount()) < CLIPS) await fill();
console.log(`${await clipCount()} clips, ${await page.locator(".clip").count()} of them drawn; Chromium ${browser.version()}, 1440 × 900; load ${loadavg()[0].toFixed(1)}`);

const lanes = await page.locator(".timeline-scroll").boundingBox();
const middle = { x: lanes.x + 700, y: lanes.y + 60 };

await measure("scroll", async (until) => {
  await page.mouse.move(middle.x, middle.y);
  while (Date.now() < until) await page.mouse.wheel(60, 0);
});
await measure("zoom", async (until) => {
  await page.mouse.move(middle.x, middle.y);
  await page.keyboard.down("Control");
  for (let turn = 0; Date.now() < until; turn += 1) await page.mouse.wheel(0, turn % 60 < 30 ? 24 : -24);
  await page.keyboard.up("Control");
});
await page.locator(".timeline-scroll").evaluate((scroller) => scroller.scrollTo(0, 0));
await measure("move a clip", (until) => drag(0.5, 0.75, until));
await page.keyboard.press("Escape");
await page.mouse.up();
await page.locator(".timeline-scroll").evaluate((scroller) => scroller.scrollTo(0, 0));
await measure("trim the first clip", async (until) => {
  const first = await page.locator(".clip").first().boundingBox();
  await press(first.x + first.width - 3, first.y + 20);
  await swing(first.x + first.width - 60, first.y + 20, 50, until);
});
await page.keyboard.press("Escape");
await page.mouse.up();
await measure("playhead", async (until) => {
  await press(lanes.x + 300, lanes.y + 12);
  await swing(lanes.x + 700, lanes.y + 12, 400, until);
  await page.mouse.up();
});
await page.keyboard.press("Shift+Z");
await measure("move, all in view", (until) => drag(0.5, 0.75, until));
await page.keyboard.press("Escape");
await page.mouse.up();
await browser.close();

async function drag(across, down, until) {
  const clips = await page.locator(".clip").all();
  const box = await clips[2].boundingBox();
  await press(box.x + box.width * across, box.y + box.height * down);
  await swing(box.x + 500, box.y + box.height * down, 450, until);
}

async function press(x, y) {
  await page.mouse.move(x, y);
  await page.mouse.down();
}

/** Moves the pointer to and fro, a little with every step. */
async function swing(x, y, far, until) {
  for (let step = 0; Date.now() < until; step += 1) await page.mouse.move(x + Math.sin(step / 18) * far, y);
}

function clipCount() {
  return page.evaluate(() => Number(document.querySelector(".clip")?.getAttribute("aria-setsize") ?? 0));
}

/** Times of the frames that were shown, and of the tasks of the main thread as Chromium's trace has them. */
async function measure(name, act) {
  const session = await page.context().newCDPSession(page);
  const events = [];
  session.on("Tracing.dataCollected", ({ value }) => events.push(...value));
  await session.send("Tracing.start", {
    transferMode: "ReportEvents",
    traceConfig: { includedCategories: ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline.frame"] },
  });
  await page.evaluate(() => {
    const times = [];
    const tick = (now) => {
      times.push(now);
      window.benchFrame = requestAnimationFrame(tick);
    };
    window.benchTimes = times;
    window.benchFrame = requestAnimationFrame(tick);
  });
  await act(Date.now() + SECONDS * 1000);
  const frames = await page.evaluate(() => {
    cancelAnimationFrame(window.benchFrame);
    return window.benchTimes.slice(1).map((time, index) => time - window.benchTimes[index]);
  });
  const ended = new Promise((resolve) => session.once("Tracing.tracingComplete", resolve));
  await session.send("Tracing.end");
  await ended;
  const main = mainThread(events);
  const tasks = events.filter((event) => event.ph === "X" && event.pid === main.pid && event.tid === main.tid && event.name.endsWith("RunTask"));
  const lengths = tasks.map((task) => (task.tdur ?? task.dur) / 1000);
  const busy = perFrame(tasks);
  const row = {
    frames: frames.length,
    "frame median": rank(frames, 0.5),
    "frame p95": rank(frames, 0.95),
    "main thread median": rank(busy, 0.5),
    "main thread p95": rank(busy, 0.95),
    "longest task": Math.max(...lengths),
    "tasks over 50 ms": lengths.filter((length) => length > 50).length,
  };
  const figures = Object.entries(row).map(([key, value]) => `${key} ${Number.isInteger(value) ? value : `${value.toFixed(1)} ms`}`);
  console.log(`${name.padEnd(20)} ${figures.join(" · ")}`);
  await session.detach();
}

function mainThread(events) {
  const named = events.find((event) => event.name === "thread_name" && event.args?.name === "CrRendererMain");
  const drawn = events.find((event) => event.name === "FireAnimationFrame");
  return drawn ?? named ?? { pid: -1, tid: -1 };
}

/** Milliseconds of work on the main thread in each sixtieth of a second. */
function perFrame(tasks) {
  const start = Math.min(...tasks.map((task) => task.ts));
  const slots = [];
  for (const task of tasks) {
    const slot = Math.floor((task.ts - start) / 1000 / FRAME_MS);
    // Time on the processor, where the trace has it: what other programs take does not count.
    slots[slot] = (slots[slot] ?? 0) + (task.tdur ?? task.dur) / 1000;
  }
  return Array.from(slots, (sum) => sum ?? 0);
}

function rank(values, part) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

/** Makes a project of many shots through the page's own connection. */
async function fill() {
  await page.evaluate(async (clips) => {
    const address = new URL("ws", new URL(".", window.location.href));
    address.protocol = address.protocol.replace("http", "ws");
    const socket = new WebSocket(address);
    await new Promise((resolve) => (socket.onopen = resolve));
    let next = 1;
    const call = (name, args) =>
      new Promise((resolve, reject) => {
        const id = next++;
        const hear = (message) => {
          const answer = JSON.parse(message.data);
          if (answer.id !== id) return;
          socket.removeEventListener("message", hear);
          if ("error" in answer) reject(new Error(answer.error.message));
          else resolve(answer.ok);
        };
        socket.addEventListener("message", hear);
        socket.send(JSON.stringify({ id, name, args }));
      });
    await call("project.create", { name: `Bench ${Date.now()}`, aspect: "9:16", model: "pony" });
    for (let shot = 0; shot < clips; shot += 1) {
      const lines = [{ speaker: "Poppy", language: "zh", text: "今天的春天，全部半价！" }];
      await call("shot.add", { shot: { description: `Shot ${shot + 1}. A red paper pony.`, lines, sound: null }, seconds: 2 + (shot % 5) });
    }
    const project = await call("project.get", {});
    const edits = project.timeline.clips.map((clip) => ({ kind: "captions_from_lines", clip: clip.id }));
    await call("timeline.edit", { edits });
    socket.close();
  }, CLIPS);
  await page.reload();
  await page.waitForSelector(".clip", { timeout: 30_000 });
  await page.waitForTimeout(500);
}
