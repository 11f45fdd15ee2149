// What an engine does now, in a few words.

import type { Stage, Step } from "../backend";
import { t, type Key } from "../i18n";

const STAGES: Readonly<Record<Stage, Key>> = {
  load: "stage.load",
  text: "stage.text",
  reference: "stage.reference",
  denoise: "stage.denoise",
  upscale: "stage.upscale",
  decode_audio: "stage.decode_audio",
  decode_video: "stage.decode_video",
};

/** The name of a stage in the language of the interface. */
export const stageName = (stage: Stage): string => t(STAGES[stage]);

/** "denoise 5 of 8". */
export function stepName(step: Step): string {
  const stage = stageName(step.stage);
  return step.of > 1 ? t("step.of", { stage, done: step.done, of: step.of }) : stage;
}
