// A text field that is as high as its text. Whoever holds its text takes every change at once, so that what is held and
// what is shown never differ; a composition (Chinese, Japanese, Korean input) is left alone until it ends.

import { createEffect, onCleanup, onMount, splitProps, untrack, type JSX } from "solid-js";
import "./GrowingText.css";

/** What the field takes: `value` is what is held and follows `onText` at once; `onDone` hears the end of typing. */
export interface GrowingTextProps
  extends Omit<JSX.TextareaHTMLAttributes<HTMLTextAreaElement>, "value" | "onInput" | "ref" | "onChange"> {
  value: string;
  label: string;
  onText(text: string): void;
  onDone?(): void;
  field?(element: HTMLTextAreaElement): void;
}

/** A text field that is as high as its text. */
export function GrowingText(props: GrowingTextProps): JSX.Element {
  const [own, rest] = splitProps(props, ["value", "label", "onText", "onDone", "field", "class"]);
  let area: HTMLTextAreaElement | undefined;
  let isComposing = false;

  const grow = () => {
    if (!area) return;
    area.style.height = "0";
    area.style.height = `${area.scrollHeight}px`;
  };
  function show(held: string) {
    if (!area || area.value === held) return;
    area.value = held;
    grow();
  }
  createEffect(() => {
    const held = own.value;
    if (!isComposing) show(held);
  });
  onMount(() => {
    if (!area) return;
    area.value = untrack(() => own.value);
    own.field?.(area);
    grow();
    // Its width changes with the panel around it, and with it the number of lines.
    let width = 0;
    const watch = new ResizeObserver(([entry]) => {
      if (!entry || entry.contentRect.width === width) return;
      width = entry.contentRect.width;
      grow();
    });
    watch.observe(area);
    onCleanup(() => watch.disconnect());
  });

  return (
    <textarea
      ref={(element) => (area = element)}
      class={`growing-text ${own.class ?? ""}`}
      rows={1}
      spellcheck={false}
      aria-label={own.label}
      onInput={(event) => {
        grow();
        own.onText(event.currentTarget.value);
      }}
      onCompositionStart={() => (isComposing = true)}
      onCompositionEnd={() => {
        isComposing = false;
        show(own.value);
      }}
      onBlur={() => own.onDone?.()}
      {...rest}
    />
  );
}
