// What the doctor says, in the language of the interface. Its own sentences are English and name numbers; in another
// language the kind of the reason is said.

import type { FitReason } from "../../backend";
import { has, language, t } from "../../i18n";

/** Why something does not run, or not well. */
export function reasonText(reason: FitReason | undefined): string {
  if (!reason) return "";
  const key = `reason.${reason.code}`;
  return language() !== "en" && has(key) ? t(key) : reason.text;
}

/** What people call a model. */
export function modelName(model: { id: string; name: string }): string {
  const key = `model_name.${model.id}`;
  return has(key) ? t(key) : model.name;
}
