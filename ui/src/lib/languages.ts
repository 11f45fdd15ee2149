// The seven languages that are spoken.

import type { Language } from "../backend";
import { t } from "../i18n";

/** The seven, in the order of the language switch. */
export const LANGUAGES: readonly Language[] = ["zh", "en", "yue", "ja", "ko", "de", "fr"];

const NAMES = {
  zh: "language.zh",
  en: "language.en",
  yue: "language.yue",
  ja: "language.ja",
  ko: "language.ko",
  de: "language.de",
  fr: "language.fr",
} as const;

/** Its name in the language of the interface. */
export const languageName = (language: Language): string => t(NAMES[language]);

/** Its name in itself. */
export const OWN_NAMES: Readonly<Record<Language, string>> = {
  zh: "中文",
  en: "English",
  yue: "粵語",
  ja: "日本語",
  ko: "한국어",
  de: "Deutsch",
  fr: "Français",
};
