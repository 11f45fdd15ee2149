// Every word of the window comes from here. English is the shape; a key that Chinese lacks fails the tests.

import { createSignal } from "solid-js";
import en from "./en.json";
import zh from "./zh.json";

/** A key of the dictionaries. */
export type Key = keyof typeof en;
/** A language of the interface. */
export type InterfaceLanguage = "en" | "zh";

const dictionaries: Record<InterfaceLanguage, Record<Key, string>> = { en, zh };

const [language, setLanguage] = createSignal<InterfaceLanguage>("en");
export { language };

/** The language that the system's settings name. */
export function systemLanguage(): InterfaceLanguage {
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

/** Shows the window in `to`. */
export function speak(to: InterfaceLanguage): void {
  setLanguage(to);
  document.documentElement.lang = to === "zh" ? "zh-CN" : "en";
}

/**
 * The text for `key` in the language of the interface. `{name}` stands for a value; `{count|one|many}` picks by number.
 */
export function t(key: Key, values: Readonly<Record<string, string | number>> = {}): string {
  return fill(dictionaries[language()][key], values);
}

/** Puts values into a text. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (whole, name: string, one?: string, many?: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    if (one === undefined || many === undefined) return String(value);
    return (Number(value) === 1 ? one : many).replaceAll("#", String(value));
  });
}

/** Whether the dictionaries have this text, for keys that come from the core. */
export function has(key: string): key is Key {
  return key in en;
}
