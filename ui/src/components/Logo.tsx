// Gallop's mark: a paper-cut pony.

import type { JSX } from "solid-js";
import "./Logo.css";

/** Gallop's mark. The name stands beside it, so it says nothing itself. */
export function Logo(props: { size?: number }): JSX.Element {
  return (
    <svg class="logo" width={props.size ?? 24} height={props.size ?? 24} viewBox="0 0 48 48" aria-hidden="true">
      <path
        class="logo-mane"
        d="M8.5 20.5c-5 1.6-7.4 6.6-5.6 13.6 1.6-3.4 4-4.6 7-7zM24.6 9.6c-3.4 3-5.4 7-5.6 12.2l6.2-1.2c-.2-4 .8-7 3.4-9.4z"
      />
      <path
        class="logo-coat"
        d="M7.6 34.6c-1.4-8.2 1.6-13.6 8.4-15.6 3.4-1 6-1.4 7.6-4.6l4-7.2 2.2 3.2 1.6-2 1.6 3.6c3 1 5.4 3.2 7 6.2l3 5.6c.6 1.2.2 2.4-1 3l-2.4 1c-1.2.6-2.6.2-3.4-.8l-1.8-1.8c-1.4.6-2.4 2-2.8 4l-.6 3.2 6.2 4.8-4.4 5.8-2-1.4 1.8-3.4-6-3.8c-3.6 1-7.6 1-11.2-.2L12 38.6l3 4-2.8 1.8-5.4-6.2z"
      />
      <circle class="logo-eye" cx="34.6" cy="16.6" r="1.2" />
    </svg>
  );
}
