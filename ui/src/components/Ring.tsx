// How far something is, as a ring. It turns while nobody can say how far.

import type { JSX } from "solid-js";
import "./Ring.css";

const RADIUS = 6;
const ROUND = 2 * Math.PI * RADIUS;

/** How far something is: `done` from 0 to 1, or null while nobody can say. */
export function Ring(props: { done: number | null; size?: number; label?: string }): JSX.Element {
  const part = () => Math.min(1, Math.max(0, props.done ?? 0.25));
  return (
    <svg
      class="ring"
      classList={{ "ring-turning": props.done === null }}
      width={props.size ?? 16}
      height={props.size ?? 16}
      viewBox="0 0 16 16"
      role={props.label ? "progressbar" : undefined}
      aria-label={props.label}
      aria-valuenow={props.label && props.done !== null ? Math.round(part() * 100) : undefined}
      aria-hidden={props.label ? undefined : "true"}
    >
      <circle class="ring-whole" cx="8" cy="8" r={RADIUS} />
      <circle
        class="ring-done"
        cx="8"
        cy="8"
        r={RADIUS}
        stroke-dasharray={`${ROUND * part()} ${ROUND}`}
        transform="rotate(-90 8 8)"
      />
    </svg>
  );
}
