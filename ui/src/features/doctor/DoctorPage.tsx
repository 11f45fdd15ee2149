// What this machine has, and what runs on it. Shown once at the first start.

import type { JSX } from "solid-js";

/** What this machine has, and what runs on it. Shown once at the first start. */
export function DoctorPage(): JSX.Element {
  return null;
}
