// The language that new spoken lines and captions are in, until somebody says otherwise.

import type { Language } from "../backend";
import { language } from "../i18n";
import { LANGUAGES } from "../lib/languages";
import type { Studio } from "./studio";

/** The language of new lines. */
export function spokenLanguage(studio: Pick<Studio, "settings">): Language {
  const chosen = (studio.settings() as { spoken?: unknown }).spoken;
  return LANGUAGES.find((one) => one === chosen) ?? (language() === "zh" ? "zh" : "en");
}
