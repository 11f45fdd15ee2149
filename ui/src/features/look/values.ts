// How the values of a clip are written and read.

import { t } from "../../i18n";
import { SILENT_DB } from "../../lib/look";
import { RATE, seconds } from "../../lib/timecode";

const number = (text: string): number | null => {
  const value = Number.parseFloat(text);
  return Number.isFinite(value) ? value : null;
};

const minus = (text: string) => text.replace("-", "−");

/** A fraction in percent. */
export const percent = {
  shown: (value: number) => minus(`${Math.round(value * 1000) / 10} %`),
  typed(text: string) {
    const value = number(text);
    return value === null ? null : value / 100;
  },
};

/** A change from −1 to 1 in hundredths, with its sign. */
export const change = {
  shown: (value: number) => `${value > 0.004 ? "+" : ""}${minus(String(Math.round(value * 100)))}`,
  typed(text: string) {
    const value = number(text);
    return value === null ? null : Math.min(1, Math.max(-1, value / 100));
  },
};

/** Frames in seconds. */
export const length = {
  shown: (frames: number) => t("unit.seconds", { n: exactSeconds(frames) }),
  typed(text: string) {
    const value = number(text);
    return value === null ? null : Math.max(0, Math.round(value * RATE));
  },
};

/** A frame is four hundredths of a second, so two digits tell every one. */
function exactSeconds(frames: number): string {
  return frames % (RATE / 5) === 0 ? seconds(frames) : (frames / RATE).toFixed(2);
}

/** How fast a clip runs. */
export const pace = {
  shown: (speed: number) => `${Number(speed.toPrecision(3))}×`,
  typed(text: string) {
    const value = number(text);
    return value === null || value <= 0 ? null : Math.min(10, Math.max(0.1, value));
  },
};

/** How loud it is; at the end of the slider it is silent. */
export const gain = {
  shown: (db: number) => (db <= SILENT_DB ? t("look.silent") : `${db > 0 ? "+" : ""}${minus(String(Math.round(db * 10) / 10))} dB`),
  typed(text: string) {
    const value = number(text);
    return value === null ? null : Math.min(24, Math.max(SILENT_DB, value));
  },
};
