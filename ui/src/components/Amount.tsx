// A value between two ends: a slider with its name before it and the number behind it, which can be typed. While the
// slider is dragged every value is told; `onBegin` tells that what follows belongs together.

import { Show, createEffect, createSignal, createUniqueId, type JSX } from "solid-js";
import { isComposing } from "../lib/keys";
import "./Amount.css";

interface AmountProps {
  name: string;
  /** Null where several things have several values. */
  value: number | null;
  /** Where the slider stands for such. */
  otherwise: number;
  min: number;
  max: number;
  step: number;
  /** The value as it is read, with its unit. */
  shown(value: number): string;
  /** What was typed as a value; null where it is none. Percents and seconds are typed as they are read. */
  typed(text: string): number | null;
  /** The value in the middle of what can be dragged to both sides: the slider is filled from there. */
  from?: number;
  disabled?: boolean;
  /** Whether its name is shown, or stands above it already. */
  look?: "named" | "bare";
  tip?: string | undefined;
  onBegin(): void;
  onValue(value: number): void;
  /** What is typed or stepped to with the keys of the number, where that is finer than the slider. */
  onTyped?(value: number): void;
  /** The name was clicked twice: back to the usual value. */
  onReset(): void;
}

/** A value between two ends. */
export function Amount(props: AmountProps): JSX.Element {
  const id = createUniqueId();
  const [isTyping, setTyping] = createSignal(false);
  let slider: HTMLInputElement | undefined;
  let field: HTMLInputElement | undefined;
  const place = (value: number) => Math.min(1, Math.max(0, (value - props.min) / Math.max(1e-9, props.max - props.min)));
  const value = () => props.value ?? props.otherwise;
  const shown = () => (props.value === null ? "—" : props.shown(props.value));

  createEffect(() => {
    const now = value();
    if (!slider) return;
    slider.value = String(now);
    const from = place(props.from ?? props.min);
    slider.style.setProperty("--inset", props.from === undefined ? "0" : "1");
    slider.style.setProperty("--from", String(Math.min(from, place(now))));
    slider.style.setProperty("--to", String(Math.max(from, place(now))));
  });
  createEffect(() => {
    const text = shown();
    if (field && !isTyping()) field.value = text;
  });

  const exactly = (to: number) => (props.onTyped ?? props.onValue)(to);
  function type(text: string) {
    setTyping(false);
    const wanted = text.trim() === "" ? null : props.typed(text.trim().replace(",", ".").replace("−", "-"));
    if (wanted !== null && Number.isFinite(wanted) && text !== shown()) {
      props.onBegin();
      exactly(wanted);
    }
    if (field) field.value = shown();
  }

  return (
    <div class="amount" classList={{ "amount-mixed": props.value === null, "amount-off": props.disabled === true, "amount-bare": props.look === "bare" }}>
      <label for={id} data-tip={props.tip} onDblClick={() => props.onReset()}>
        {props.name}
      </label>
      <input
        ref={(element) => (slider = element)}
        id={id}
        type="range"
        min={props.min}
        max={props.max}
        step={props.step}
        disabled={props.disabled}
        aria-valuetext={shown()}
        onPointerDown={() => props.onBegin()}
        onFocus={() => props.onBegin()}
        onKeyDown={(event) => {
          // With shift they are the player's otherwise.
          if (/^(Arrow|Home|End|Page)/.test(event.key)) event.stopPropagation();
        }}
        onInput={(event) => props.onValue(event.currentTarget.valueAsNumber)}
        onDblClick={() => props.onReset()}
      />
      <Show when={!props.disabled} fallback={<span class="amount-none">—</span>}>
        <input
          ref={(element) => {
            field = element;
            field.value = shown();
          }}
          class="amount-number"
          aria-label={props.name}
          inputMode="decimal"
          spellcheck={false}
          autocomplete="off"
          onFocus={(event) => {
            setTyping(true);
            props.onBegin();
            event.currentTarget.select();
          }}
          onBlur={(event) => type(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (isComposing(event)) return;
            if (event.key === "Enter") event.currentTarget.blur();
            else if (event.key === "Escape") {
              event.currentTarget.value = shown();
              event.currentTarget.blur();
            } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
              event.preventDefault();
              const by = props.step * (event.shiftKey ? 10 : 1) * (event.key === "ArrowUp" ? 1 : -1);
              exactly(Math.min(props.max, Math.max(props.min, value() + by)));
              event.currentTarget.value = shown();
              event.currentTarget.select();
            }
          }}
        />
      </Show>
    </div>
  );
}
