// Presets and reports in words.

import type { ExportCheck, ExportFacts, ExportPhase, Preset, Tongues } from "../../backend";
import { has, language, t } from "../../i18n";
import { bytes, duration } from "../../lib/format";
import { languageName } from "../../lib/languages";

/** What a preset is for, in the language of the interface where it is one that comes with Gallop. */
export function summaryOf(preset: Preset): string {
  const key = `preset.${preset.id}`;
  return has(key) ? t(key) : preset.summary;
}

/** The name of a preset. */
export function presetName(preset: Pick<Preset, "id" | "name">): string {
  const key = `preset_name.${preset.id}`;
  return has(key) ? t(key) : preset.name;
}

/** How to say to a platform that AI made the clip. */
export function declareOf(preset: Pick<Preset, "id">, said: string): string {
  const key = `preset_declare.${preset.id}`;
  return language() !== "en" && has(key) ? t(key) : said;
}

const CODECS: Readonly<Record<string, string>> = {
  h264: "H.264",
  hevc: "HEVC",
  av1: "AV1",
  pro_res: "ProRes 422 HQ",
  ffv1: "FFV1",
};

/** "1080 × 1920 · H.264". */
export function pictureOf({ picture, container }: Preset): string {
  if (!picture) return container.toUpperCase();
  return [picture.size ? picture.size.join(" × ") : t("export.own_shape"), CODECS[picture.codec] ?? picture.codec].join(" · ");
}

/** "up to 15 min"; nothing where the platform takes any length. */
export function lengthOf({ limits: { shortest_secs: least, longest_secs: most } }: Preset): string {
  if (most === null) return "";
  if (least === null) return t("export.up_to", { most: duration(most) });
  return t("export.from_to", { least: duration(least), most: duration(most) });
}

/** "up to 15 min · up to 4 GB"; nothing where the platform has no limits. */
export function limitsOf(preset: Preset): string {
  const size = preset.limits.most_bytes;
  return [lengthOf(preset), size === null ? "" : t("export.up_to", { most: bytes(size) })].filter((part) => part !== "").join(" · ");
}

/** "Mandarin with English below it". */
export const tonguesName = ({ first, second }: Tongues): string =>
  second ? t("export.bilingual", { first: languageName(first), second: languageName(second) }) : languageName(first);

/** What is being done for a clip. */
export const phaseName = (phase: ExportPhase): string => t(`export.phase_${phase}`);

/** What was looked at. */
export const checkName = ({ what }: Pick<ExportCheck, "what">): string => t(`export.check_${what}`);

/** What was found: in the language of the interface where it has words for it, else as the core says it. */
export function checkText({ what, found, says }: ExportCheck, facts: ExportFacts): string {
  const key = `export.says_${what}_${found}`;
  if (!has(key)) return says;
  return t(key, {
    says,
    ms: facts.offset_ms?.toFixed(1) ?? "–",
    peak: facts.true_peak_db?.toFixed(1) ?? "–",
    seconds: (says.match(/\d+\.\d/g) ?? []).join("–"),
  });
}
