// All icons of the window: drawn on a 16 px grid with lines of 1.5 px in the colour of the text around them.

import type { JSX } from "solid-js";

const PATHS = {
  back: "M9.5 3.5 5 8l4.5 4.5",
  play: "M5 3.2v9.6L12.6 8z",
  pause: "M5.2 3v10M10.8 3v10",
  plus: "M8 3v10M3 8h10",
  close: "M4 4l8 8M12 4l-8 8",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  search: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.5 10.5 14 14",
  check: "M3 8.5 6.5 12 13 4.5",
  alert: "M8 4.5v4M8 11.5h.01M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8z",
  chip: "M5 5h6v6H5zM6.5 5V2.5M9.5 5V2.5M6.5 13.5V11M9.5 13.5V11M5 6.5H2.5M5 9.5H2.5M13.5 6.5H11M13.5 9.5H11",
  copy: "M6 5.5h7v8H6zM10 5.5v-3H3v8h3",
  dice: "M3 3h10v10H3zM6 6h.01M10 10h.01M10 6h.01M6 10h.01",
  down: "M4 6l4 4 4-4",
  download: "M8 2.5v7.5M4.8 7 8 10.2 11.2 7M3 13.5h10",
  film: "M2.5 3.5h11v9h-11zM5.5 3.5v9M10.5 3.5v9M2.5 8h3M10.5 8h3",
  folder: "M2 4.5h4l1.5 2H14v6.5H2z",
  grip: "M6 4h.01M10 4h.01M6 8h.01M10 8h.01M6 12h.01M10 12h.01",
  heart: "M8 13.2 3.2 8.4a3 3 0 0 1 4.3-4.2l.5.6.5-.6a3 3 0 0 1 4.3 4.2z",
  image: "M2.5 3h11v10h-11zM2.5 10.5 6 7.5l3 2.8 1.8-1.5 2.7 2.4M10.5 5.8h.01",
  link: "M6.5 9.5l3-3M7 4.5l1.2-1.2a2.9 2.9 0 0 1 4.2 4.2L11 8.8M9 11.5l-1.2 1.2a2.9 2.9 0 0 1-4.2-4.2L5 7.2",
  lock: "M4 7.5h8v6H4zM5.5 7.5V5.3a2.5 2.5 0 0 1 5 0v2.2",
  pen: "M3 13l.6-2.8L10.8 3l2.2 2.2-7.2 7.2z",
  person: "M8 8a2.7 2.7 0 1 0 0-5.4A2.7 2.7 0 0 0 8 8zM3 13.5c.5-2.7 2.4-4 5-4s4.5 1.3 5 4",
  retry: "M13 8a5 5 0 1 1-1.5-3.6L13 6M13 2.5V6H9.5",
  shield: "M8 2l5 2v4c0 3-2 5-5 6-3-1-5-3-5-6V4z",
  trash: "M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.6 9h5.8l.6-9",
  unlock: "M4 7.5h8v6H4zM5.5 7.5V5.3a2.5 2.5 0 0 1 4.8-1",
  up: "M4 10l4-4 4 4",
  upload: "M8 10.5V3M4.8 6 8 2.8 11.2 6M3 13.5h10",
  voice: "M3 6.5v3M5.5 4v8M8 2.5v11M10.5 5v6M13 6.5v3",
  warn: "M8 2.5 14.5 13.5h-13zM8 6.5v3.2M8 11.6h.01",
  back_cut: "M4 3.5v9M12.5 3.8 6.5 8l6 4.2z",
  forward_cut: "M12 3.5v9M3.5 3.8 9.5 8l-6 4.2z",
  loop: "M11 2.5 13 4.5l-2 2M13 4.5H5.5a3 3 0 0 0-3 3v.5M5 13.5 3 11.5l2-2M3 11.5h7.5a3 3 0 0 0 3-3V8",
  sound: "M2.5 6.2v3.6h2.3L8.2 13V3L4.8 6.2zM10.5 6a2.8 2.8 0 0 1 0 4M12.4 4.2a5.4 5.4 0 0 1 0 7.6",
  mute: "M2.5 6.2v3.6h2.3L8.2 13V3L4.8 6.2zM10.8 6.2l3.4 3.6M14.2 6.2l-3.4 3.6",
  full: "M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3",
  unfull: "M6 3v3H3M13 6h-3V3M10 13v-3h3M3 10h3v3",
  safe: "M4 2.5h8v11H4zM6 5h4M6 5v5.5M10 5v5.5M6 10.5h4",
  pair: "M2.5 3.5h4.5v9H2.5zM9 3.5h4.5v9H9z",
  blind: "M2.5 8S4.6 4.2 8 4.2 13.5 8 13.5 8 11.4 11.8 8 11.8 2.5 8 2.5 8zM3 13 13 3",
  undo: "M5.5 3 2.8 5.7l2.7 2.7M3 5.7h6a3.6 3.6 0 0 1 0 7.2H6",
  redo: "M10.5 3l2.7 2.7-2.7 2.7M13 5.7H7a3.6 3.6 0 0 0 0 7.2h3",
  help: "M5.8 6.2a2.2 2.2 0 1 1 3.3 1.9c-.8.4-1.1.8-1.1 1.7M8 12.2h.01",
  gear: "M8 10.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4zM8 1.8v2M8 12.2v2M14.2 8h-2M3.8 8h-2M12.4 3.6 11 5M5 11l-1.4 1.4M12.4 12.4 11 11M5 5 3.6 3.6",
  panel_left: "M2.5 3h11v10h-11zM6.2 3v10",
  panel_right: "M2.5 3h11v10h-11zM9.8 3v10",
  pointer: "M4 2.5v10l2.8-2.6L8.6 14l1.9-.8-1.8-4h3.8z",
  blade: "M3 10.5 10.5 3 13 5.5 5.5 13H3zM8.2 5.2l2.6 2.6",
  roll: "M8 2.5v11M5.5 5.5 3 8l2.5 2.5M10.5 5.5 13 8l-2.5 2.5",
  slip: "M3 3.5v9M13 3.5v9M5.5 8h5M7 6.2 5.2 8 7 9.8M9 6.2 10.8 8 9 9.8",
  magnet: "M3.5 2.5v5.2a4.5 4.5 0 0 0 9 0V2.5H9.8v5.2a1.8 1.8 0 0 1-3.6 0V2.5zM3.5 5.2h2.7M9.8 5.2h2.7",
  minus: "M3 8h10",
  continue: "M2.5 3.5h5v9h-5zM9.5 8h4M11.7 6.2 13.5 8l-1.8 1.8",
  panel_bottom: "M2.5 3h11v10h-11zM2.5 9.2h11",
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
