// Numbers as people read them, in the language of the interface.

import { language, t } from "../i18n";

const GB = 1e9;
const MB = 1e6;

/** "14.8 GB", "620 MB": decimal, as disks are sold and as downloads are counted. */
export function bytes(count: number): string {
  if (count >= 100 * GB) return `${Math.round(count / GB)} GB`;
  if (count >= GB) return `${trim(count / GB)} GB`;
  if (count >= MB) return `${Math.round(count / MB)} MB`;
  return `${Math.max(1, Math.round(count / 1000))} kB`;
}

/** "14.8 of 24 GB": memory used out of what there is. */
export function bytesOf(used: number, all: number): string {
  return t("unit.bytes_of", { used: trim(used / 2 ** 30), all: trim(all / 2 ** 30) });
}

/** Memory, "23.5 GB", in the binary gigabytes that cards are sold by. */
export function memory(count: number): string {
  return count >= 2 ** 30 ? `${trim(count / 2 ** 30)} GB` : `${Math.round(count / 2 ** 20)} MB`;
}

/** "3.2 s", "2 min 5 s", "1 h 20 min". */
export function duration(seconds: number): string {
  if (seconds < 10) return t("unit.seconds", { n: trim(seconds) });
  const whole = Math.round(seconds);
  if (whole < 60) return t("unit.seconds", { n: whole });
  if (whole < 3600) {
    const rest = whole % 60;
    const minutes = t("unit.minutes", { n: Math.floor(whole / 60) });
    return rest === 0 || whole >= 600 ? minutes : `${minutes} ${t("unit.seconds", { n: rest })}`;
  }
  const minutes = Math.round((whole % 3600) / 60);
  const hours = t("unit.hours", { n: Math.floor(whole / 3600) });
  return minutes === 0 ? hours : `${hours} ${t("unit.minutes", { n: minutes })}`;
}

/** "0.6 Wh", "<0.01 Wh". */
export function energy(wattHours: number): string {
  if (wattHours < 0.01) return "<0.01 Wh";
  return `${wattHours < 0.1 ? wattHours.toFixed(2) : trim(wattHours)} Wh`;
}

/** "256p", "1080p": a picture by its shorter side, as video people say it; widths near a usual one take its name. */
export function quality(size: readonly [number, number]): string {
  const short = Math.min(...size);
  const usual = [144, 256, 360, 480, 540, 720, 1080, 1440, 2160].find((side) => Math.abs(side - short) <= side * 0.06);
  return `${usual ?? short}p`;
}

/** "9 : 16" of "9:16". */
export const aspect = (text: string): string => text.replace(/\s*:\s*/, " : ");

/** When something was: the time today, else the day. */
export function when(unixMs: number, now = Date.now()): string {
  const date = new Date(unixMs);
  const isToday = new Date(now).toDateString() === date.toDateString();
  const language = document.documentElement.lang || "en";
  return isToday
    ? date.toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" })
    : date.toLocaleDateString(language, { month: "short", day: "numeric" });
}

/** One digit after the point, and none where it would be a zero. */
function trim(value: number): string {
  return value >= 100 ? String(Math.round(value)) : value.toFixed(1).replace(/\.0$/, "");
}

/** "Mandarin, English, Cantonese". */
export const list = (items: readonly string[]): string => items.join(language() === "zh" ? "、" : ", ");
