// A line of text that is written in place: Enter or leaving takes it, Escape leaves all as it was.

import { onMount, type JSX } from "solid-js";
import { isComposing } from "../../lib/keys";
import "./TextEdit.css";

/** A line of text that is written in place. */
export function TextEdit(props: { text: string; label: string; done(text: string): void; cancel(): void }): JSX.Element {
  let input: HTMLInputElement | undefined;
  let isOver = false;
  onMount(() => {
    input?.focus();
    input?.select();
  });

  function finish(how: "done" | "cancel") {
    if (isOver) return;
    isOver = true;
    if (how === "done") props.done(input?.value.trim() ?? props.text);
    else props.cancel();
  }

  return (
    <input
      ref={(element) => (input = element)}
      class="text-edit"
      value={props.text}
      aria-label={props.label}
      spellcheck={false}
      onPointerDown={(event) => event.stopPropagation()}
      onKeyDown={(event) => {
        event.stopPropagation();
        // Enter that ends a composition belongs to the input method.
        if (isComposing(event)) return;
        if (event.key === "Enter") finish("done");
        else if (event.key === "Escape") finish("cancel");
      }}
      onBlur={() => finish("done")}
    />
  );
}
