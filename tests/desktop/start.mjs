// How soon the window can be used after its start, and the memory of its process: `cargo xtask bench start [RUNS]`.
//
// The time runs from the start of the process, as the system tells it (proc_pid_stat(5), hundredths of a second), to the
// mark that the page sets once everything is in place. The memory is read five seconds later, without a project:
// resident pages of the process, and its proportional share of them, which counts what programs share but once.

import { mkdtemp, readFile, readdir, readlink, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { openWindow, until } from "./driver.mjs";

const TICKS = 100;
const runs = Number(process.argv[2] ?? 7);
const binary = await realpath(process.env.GALLOP_WINDOW);

async function processOf(program) {
  for (const name of await readdir("/proc")) {
    if (/^\d+$/.test(name) && (await readlink(`/proc/${name}/exe`).catch(() => "")) === program) return name;
  }
  throw new Error(`${program} does not run`);
}

/** When a process began, in milliseconds of the clock. */
async function began(pid) {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  const ticks = Number(stat.slice(stat.lastIndexOf(")")).split(" ")[20]);
  const up = Number((await readFile("/proc/uptime", "utf8")).split(" ")[0]);
  return Date.now() - up * 1000 + (ticks * 1000) / TICKS;
}

/** A line of a table of /proc that counts kibibytes, in MB. */
const megabytes = (text, name) => (Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1]) * 1024) / 1e6;

const median = (all) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)];

const home = await mkdtemp(join(tmpdir(), "gallop-start-"));
const after = [];
const found = { usable: [], resident: [], share: [] };
try {
  // The first start writes its folders and warms the system's cache; it is not counted.
  for (let run = 0; run <= runs; run += 1) {
    const window = await openWindow({ after: (end) => after.push(end) }, home);
    const usable = () => window.evaluate(() => performance.timeOrigin + performance.getEntriesByName("usable")[0]?.startTime);
    await until(async () => Number.isFinite(await usable()), "the window cannot be used");
    const pid = await processOf(binary);
    const ms = (await usable()) - (await began(pid));
    await pause(5000);
    const status = await readFile(`/proc/${pid}/status`, "utf8");
    const shares = await readFile(`/proc/${pid}/smaps_rollup`, "utf8");
    await window.close();
    if (run === 0) continue;
    found.usable.push(ms);
    found.resident.push(megabytes(status, "VmRSS"));
    found.share.push(megabytes(shares, "Pss"));
  }
} finally {
  for (const end of after) await end();
  await rm(home, { recursive: true, force: true, maxRetries: 10 });
}
const tell = (all, unit) => `${median(all).toFixed(0)} ${unit} (${Math.min(...all).toFixed(0)} to ${Math.max(...all).toFixed(0)})`;
console.log(`medians of ${runs} starts, least and most in brackets`);
console.log(`usable after       ${tell(found.usable, "ms")}`);
console.log(`resident memory    ${tell(found.resident, "MB")}`);
console.log(`share of it        ${tell(found.share, "MB")}`);
