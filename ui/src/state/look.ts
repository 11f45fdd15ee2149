// Theme and language of the window, as the settings say. `public/look.js` has put the theme on the page before anything
// was painted; from the moment the core is reached its settings are followed.

import { createEffect, createSignal, onCleanup } from "solid-js";
import type { Theme, UiLanguage } from "../backend";
import { speak, systemLanguage } from "../i18n";

const isDarkOutside = window.matchMedia("(prefers-color-scheme: dark)");

/** Before the core is reached: the language that was handed over with the page. */
export function speakEarly(): void {
  const chosen = document.documentElement.dataset["chosenLanguage"];
  speak(chosen === "en" || chosen === "zh" ? chosen : systemLanguage());
}

/** Follows the settings, and the system where they say so. */
export function followLook(settings: () => { theme: Theme; language: UiLanguage }): void {
  const [outside, setOutside] = createSignal(isDarkOutside.matches);
  const onChange = () => setOutside(isDarkOutside.matches);
  isDarkOutside.addEventListener("change", onChange);
  onCleanup(() => isDarkOutside.removeEventListener("change", onChange));
  createEffect(() => {
    const { theme } = settings();
    document.documentElement.dataset["theme"] = theme === "system" ? (outside() ? "dark" : "light") : theme;
  });
  createEffect(() => {
    const { language } = settings();
    speak(language === "system" ? systemLanguage() : language);
  });
}
