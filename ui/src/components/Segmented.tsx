// A few choices side by side, of which one is on. Arrow keys move between them.

import { For, type JSX } from "solid-js";
import type { Choice } from "./Picker";
import "./Segmented.css";

/** A few choices side by side, of which one is on. */
export function Segmented<T>(props: {
  value: T;
  choices: readonly Choice<T>[];
  label: string;
  onPick(value: T): void;
  /** `tabs` is a line of words, as over the library. */
  look?: "box" | "tabs";
}): JSX.Element {
  const isTabs = () => props.look === "tabs";
  function onKeyDown(event: KeyboardEvent & { currentTarget: HTMLElement }) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const at = props.choices.findIndex((choice) => choice.value === props.value);
    const next = (at + step + props.choices.length) % props.choices.length;
    const choice = props.choices[next];
    if (!choice) return;
    event.preventDefault();
    event.stopPropagation();
    props.onPick(choice.value);
    event.currentTarget.querySelectorAll("button")[next]?.focus();
  }
  return (
    <div
      class={isTabs() ? "tabs" : "segmented"}
      role={isTabs() ? "tablist" : "radiogroup"}
      aria-label={props.label}
      onKeyDown={onKeyDown}
    >
      <For each={props.choices}>
        {(choice) => {
          const isOn = () => choice.value === props.value;
          return (
            <button
              type="button"
              role={isTabs() ? "tab" : "radio"}
              aria-selected={isTabs() ? isOn() : undefined}
              aria-checked={isTabs() ? undefined : isOn()}
              tabIndex={isOn() ? 0 : -1}
              data-tip={choice.hint}
              aria-label={choice.hint === undefined ? undefined : choice.hint}
              onClick={() => props.onPick(choice.value)}
            >
              {choice.label}
            </button>
          );
        }}
      </For>
    </div>
  );
}
