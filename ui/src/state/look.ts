// Theme and language of the window, as the settings say. The theme of last time is kept by the page itself, so that
// the first thing painted has it already; the settings in the core decide.

import { createEffect, createSignal, onCleanup } from "solid-js";
import { speak, systemLanguage } from "../i18n";

const KEPT = "gallop.theme";
const isDarkOutside = window.matchMedia("(prefers-color-scheme: dark)");

type Theme = "system" | "dark" | "light";

const isTheme = (text: string | null): text is Theme => text === "system" || text === "dark" || text === "light";

function paint(theme: Theme) {
  document.documentElement.dataset["theme"] = theme === "system" ? (isDarkOutside.matches ? "dark" : "light") : theme;
}

/** Before the core is reached: the look of last time. */
export function paintEarly(): void {
  const kept = localStorage.getItem(KEPT);
  if (!document.documentElement.dataset["theme"]) paint(isTheme(kept) ? kept : "system");
  speak(systemLanguage());
}

/** Follows the settings, and the system where they say so. */
export function followLook(settings: () => { theme: Theme; language: "system" | "en" | "zh" }): void {
  const [outside, setOutside] = createSignal(isDarkOutside.matches);
  const onChange = () => setOutside(isDarkOutside.matches);
  isDarkOutside.addEventListener("change", onChange);
  onCleanup(() => isDarkOutside.removeEventListener("change", onChange));
  createEffect(() => {
    outside();
    const { theme } = settings();
    paint(theme);
    localStorage.setItem(KEPT, theme);
  });
  createEffect(() => {
    const { language } = settings();
    speak(language === "system" ? systemLanguage() : language);
  });
}
