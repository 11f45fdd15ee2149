// The language that new spoken lines and captions are in, until somebody says otherwise.

import type { Language } from "../backend";
import { language } from "../i18n";
import type { Studio } from "./studio";

/** The language of new lines. */
export const spokenLanguage = (studio: Pick<Studio, "settings">): Language =>
  studio.settings().spoken ?? (language() === "zh" ? "zh" : "en");
