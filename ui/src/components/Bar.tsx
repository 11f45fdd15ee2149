// How far something has come. Without a value it only tells that something goes on.

import { createEffect, type JSX } from "solid-js";
import "./Bar.css";

/** How far something has come: `value` from 0 to 1, null where it is not known. */
export function Bar(props: { value: number | null; label: string; tone?: "red" | "gold" | "teal" }): JSX.Element {
  let fill: HTMLDivElement | undefined;
  createEffect(() => fill?.style.setProperty("transform", `scaleX(${Math.min(1, Math.max(0, props.value ?? 0))})`));
  return (
    <div
      class={`bar bar-${props.tone ?? "gold"}`}
      classList={{ "bar-unknown": props.value === null }}
      role="progressbar"
      aria-label={props.label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={props.value === null ? undefined : Math.round(props.value * 100)}
    >
      <div ref={(element) => (fill = element)} />
    </div>
  );
}
