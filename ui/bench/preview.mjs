// Measures how quickly the preview answers a scrub, and how many pictures are left out while it plays.
//
//   npm run bench:preview -- LINK
//
// LINK is what `gallop serve` prints; a project with something to see must be open.

import { loadavg } from "node:os";
import { chromium } from "playwright-core";

const [link] = process.argv.slice(2);
if (!link) {
  console.error("usage: npm run bench:preview -- LINK");
  process.exit(2);
}
const SCRUBS = 120;
const SECONDS = 5;
const SIZES = [
  [405, 720],
  [608, 1080],
  [1080, 1920],
];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required"],
});
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
page.on("pageerror", (error) => console.error(error.message));
await page.goto(link);
await page.locator("[data-testid=picture][data-exact=true]").waitFor();
console.log(`Chromium ${browser.version()}; load ${loadavg()[0].toFixed(1)}`);

console.log("\nfrom the question to the right picture, ms     median    p95    max");
for (const size of SIZES) {
  for (const order of ["any frame", "the next frame"]) {
    const times = await scrub(size, order === "any frame");
    const at = (part) => times[Math.min(times.length - 1, Math.floor(times.length * part))].toFixed(1).padStart(7);
    console.log(`${size.join("×").padEnd(10)} ${order.padEnd(34)} ${at(0.5)} ${at(0.95)} ${at(1)}`);
  }
}

console.log("\nplaying, pictures left out of all");
for (const size of SIZES) {
  const { shown, places, sound } = await play(size);
  console.log(`${size.join("×").padEnd(10)} ${places - shown} of ${places}; sound came ${sound} ms before it was due, at least`);
}
await browser.close();

/** Asks for frames one after the other, each when the one before has come, and gives the sorted times. */
function scrub(size, isRandom) {
  return page.evaluate(
    ([size, count, isRandom]) =>
      new Promise((resolve) => {
        const address = new URL("preview", window.location.href);
        address.protocol = "ws:";
        const socket = Object.assign(new WebSocket(address), { binaryType: "arraybuffer" });
        const times = [];
        let begun = 0;
        // The same frames each time.
        let chance = 1;
        const ask = () => {
          chance = (chance * 48271) % 2147483647;
          begun = performance.now();
          const frame = isRandom ? chance % 340 : times.length;
          socket.send(JSON.stringify({ show: { turn: times.length + 1, of: "timeline", frame, size } }));
        };
        socket.onopen = ask;
        socket.onmessage = ({ data }) => {
          if (typeof data === "string") return;
          if ((new DataView(data).getUint32(24, true) & 1) === 0) return;
          times.push(performance.now() - begun);
          if (times.length < count) return ask();
          socket.close();
          resolve(times.slice(1).sort((a, b) => a - b));
        };
      }),
    [size, SCRUBS, isRandom],
  );
}

/** Plays as a page does, and counts the pictures that came before their time. */
function play(size) {
  return page.evaluate(
    ([size, seconds]) =>
      new Promise((resolve) => {
        const address = new URL("preview", window.location.href);
        address.protocol = "ws:";
        const socket = Object.assign(new WebSocket(address), { binaryType: "arraybuffer" });
        const pictures = [];
        let [begun, shown, used, last, sound, heard] = [0, 0, 0, -1, Infinity, 0];
        const clock = () => (begun ? ((performance.now() - begun) / 1000) * 25 : 0);
        const length = seconds * 25;
        const tick = () => {
          const now = clock();
          let next;
          while (pictures.length && pictures[0] <= now) (next = pictures.shift()), (used += 1);
          if (next !== undefined && next > last) (last = next), (shown += 1);
          socket.send(JSON.stringify({ more: { shown: used, clock: now } }));
          if (now < length) return requestAnimationFrame(tick);
          socket.close();
          resolve({ shown, places: last + 1, sound: Math.round(sound) });
        };
        socket.onopen = () =>
          socket.send(JSON.stringify({ play: { turn: 1, of: "timeline", from: 0, to: length + 25, size } }));
        socket.onmessage = ({ data }) => {
          if (typeof data === "string") return;
          const head = new DataView(data);
          if (head.getUint32(0, true) === 1) {
            pictures.push(head.getUint32(8, true));
          } else {
            if (begun) sound = Math.min(sound, ((heard - clock()) / 25) * 1000);
            heard = head.getUint32(8, true) + head.getUint32(16, true) / 1920;
          }
          if (!begun && heard > 0 && pictures.length > 0) (begun = performance.now()), requestAnimationFrame(tick);
        };
      }),
    [size, SECONDS],
  );
}
