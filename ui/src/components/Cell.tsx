// A small box with a name and a value: typed into, picked from a menu, or only shown.

import { createEffect, type JSX } from "solid-js";
import { Icon } from "./Icon";
import { openMenu, type MenuEntry } from "./Menu";
import { isComposing } from "../lib/keys";
import "./Cell.css";

/** A small box whose value is picked from a menu. */
export function MenuCell(props: {
  name: string;
  value: string;
  entries(): readonly MenuEntry[];
  disabled?: boolean;
}): JSX.Element {
  return (
    <button
      type="button"
      class="cell cell-menu"
      aria-label={`${props.name}: ${props.value}`}
      aria-haspopup="menu"
      data-tip={props.value}
      disabled={props.disabled}
      onClick={(event) => openMenu(event.currentTarget, props.entries(), props.name)}
    >
      <small>{props.name}</small>
      <span class="cell-value">{props.value}</span>
      <Icon name="down" size={12} />
    </button>
  );
}

/** A small box that is typed into. */
export function TextCell(props: {
  name: string;
  value: string;
  placeholder?: string;
  /** What is shown in its place while nobody types: with a unit, say. */
  shown?: string;
  numeric?: boolean;
  onText?(text: string): void;
  onDone(text: string): void;
  /** Somebody began to type or to step. */
  onBegin?(): void;
  /** Hears the arrow keys up and down. */
  onStep?(by: number): void;
  field?(element: HTMLInputElement): void;
}): JSX.Element {
  let input: HTMLInputElement | undefined;
  createEffect(() => {
    const { value, shown } = props;
    if (input && document.activeElement !== input) input.value = shown ?? value;
    else if (input && props.onStep) input.value = value;
  });
  return (
    <label class="cell">
      <small>{props.name}</small>
      <input
        ref={(element) => {
          input = element;
          props.field?.(element);
        }}
        onFocus={(event) => {
          props.onBegin?.();
          event.currentTarget.value = props.value;
          event.currentTarget.select();
        }}
        placeholder={props.placeholder}
        inputMode={props.numeric ? "decimal" : "text"}
        spellcheck={false}
        autocomplete="off"
        onInput={(event) => props.onText?.(event.currentTarget.value)}
        onBlur={(event) => {
          props.onDone(event.currentTarget.value.trim());
          event.currentTarget.value = props.shown ?? props.value;
        }}
        onKeyDown={(event) => {
          if (isComposing(event)) return;
          if (event.key === "Enter") event.currentTarget.blur();
          else if (event.key === "Escape") {
            event.currentTarget.value = props.value;
            event.currentTarget.blur();
          } else if (props.onStep && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
            event.preventDefault();
            props.onStep(event.key === "ArrowUp" ? 1 : -1);
          }
        }}
      />
    </label>
  );
}
