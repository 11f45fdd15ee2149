// What the user chose.

import type { JSX } from "solid-js";

/** What the user chose. */
export function SettingsPage(): JSX.Element {
  return null;
}
