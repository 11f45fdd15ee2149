// All icons of the window: drawn on a 16 px grid with lines of 1.5 px in the colour of the text around them.

import type { JSX } from "solid-js";

const PATHS = {
  play: "M5 3.2v9.6L12.6 8z",
  pause: "M5.2 3v10M10.8 3v10",
  plus: "M8 3v10M3 8h10",
  close: "M4 4l8 8M12 4l-8 8",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  search: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.5 10.5 14 14",
  check: "M3 8.5 6.5 12 13 4.5",
  warn: "M8 2.5 14.5 13.5h-13zM8 6.5v3.2M8 11.6h.01",
} as const;

/** Name of an icon. */
export type IconName = keyof typeof PATHS;

/** An icon. It says nothing by itself: the control around it carries the name. */
export function Icon(props: { name: IconName; size?: number }): JSX.Element {
  return (
    <svg
      class="icon"
      width={props.size ?? 16}
      height={props.size ?? 16}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      stroke-width="1.5"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[props.name]} />
    </svg>
  );
}
