// A button that shows what is picked and opens a menu of what else there is.

import { Show, type JSX } from "solid-js";
import { Icon } from "./Icon";
import { openMenu } from "./Menu";
import "./Picker.css";

/** Something to pick. */
export interface Choice<T> {
  value: T;
  label: string;
  hint?: string;
  detail?: string;
}

/** A button that opens a menu of choices. */
export function Picker<T>(props: {
  value: T;
  choices: readonly Choice<T>[];
  label: string;
  onPick(value: T): void;
  /** `field` fills its place, `pill` is as small as its text. */
  look?: "field" | "pill";
  disabled?: boolean;
  shown?: string | undefined;
}): JSX.Element {
  const current = () => props.choices.find((choice) => choice.value === props.value);
  return (
    <button
      type="button"
      class="picker"
      classList={{ "picker-pill": props.look === "pill" }}
      aria-label={`${props.label}: ${props.shown ?? current()?.label ?? ""}`}
      aria-haspopup="menu"
      disabled={props.disabled}
      onClick={(event) =>
        openMenu(
          event.currentTarget,
          props.choices.map((choice) => ({
            label: choice.label,
            ...(choice.hint === undefined ? {} : { hint: choice.hint }),
            ...(choice.detail === undefined ? {} : { detail: choice.detail }),
            checked: choice.value === props.value,
            run: () => props.onPick(choice.value),
          })),
          props.label,
        )
      }
    >
      <span class="picker-value">{props.shown ?? current()?.label}</span>
      <Show when={!props.disabled}>
        <Icon name="down" size={12} />
      </Show>
    </button>
  );
}
