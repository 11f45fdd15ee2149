// An engine in a line.

import type { EngineStatus } from "../../backend";
import { t } from "../../i18n";
import { troubleText } from "../../i18n/problem";
import { memory } from "../../lib/format";

/** The engine that is there without any settings, as the core calls it. */
const THIS_MACHINE = "this machine";

/** The colour of an engine's dot. */
export function engineTone({ state }: EngineStatus): "ready" | "busy" | "lost" | "off" {
  switch (state.state) {
    case "idle":
      return "ready";
    case "working":
    case "starting":
      return "busy";
    case "lost":
      return "lost";
    case "off":
      return "off";
  }
}

/** "RTX 4090 · 24 GB · ready". */
export function engineLine(engine: EngineStatus): string {
  const { state, hello, name } = engine;
  const device = hello?.device;
  const parts = [device ? shortDevice(device.name) : name === THIS_MACHINE ? t("status.this_machine") : name];
  if (device?.memory_bytes) parts.push(memory(device.memory_bytes));
  if (state.state === "lost") parts.push(troubleText(state.why));
  else parts.push(t(`status.engine_${state.state}`));
  return parts.join(" · ");
}

/** What everybody calls a card or a processor: without its maker's words. */
export const shortDevice = (name: string): string =>
  name
    .replace(/^NVIDIA\s+(GeForce\s+)?/i, "")
    .replace(/\((R|TM)\)/gi, "")
    .replace(/\s+(CPU\b|Processor\b|@|\d+-Core\b).*$/i, "")
    .replace(/\s+/g, " ")
    .trim();
