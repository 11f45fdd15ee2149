// The characters that an @ offers, under the field it was typed in.

import { For, Show, createMemo, createSignal, type JSX } from "solid-js";
import type { Character } from "../../backend";
import { t } from "../../i18n";
import { beginning, matching } from "../../lib/mentions";
import { isComposing } from "../../lib/keys";
import "./Mention.css";

type Field = HTMLTextAreaElement | HTMLInputElement;

/** What completes names in a field. */
export interface Completion {
  /** Call it on every input, click and key up of the field. */
  look(field: Field): void;
  /** Call it first on every key; true where the key was meant for the offer. */
  onKey(event: KeyboardEvent): boolean;
  close(): void;
  offer(): JSX.Element;
}

/** Completes @names in a field. `put` hears the new text and where the caret goes. */
export function createCompletion(cast: () => readonly Character[], put: (text: string) => void): Completion {
  const [typed, setTyped] = createSignal<{ from: number; typed: string } | null>(null);
  const [at, setAt] = createSignal(0);
  let field: Field | undefined;
  /** Where the name begins that nobody wants completed: until another one is typed. */
  let refused: number | null = null;
  const offered = createMemo(() => {
    const begun = typed();
    return begun ? matching(cast(), begun.typed) : [];
  });

  function choose(character: Character) {
    const begun = typed();
    if (!field || !begun) return;
    const caret = field.selectionStart ?? field.value.length;
    const head = `${field.value.slice(0, begun.from)}@${character.name} `;
    const rest = field.value.slice(caret).replace(/^ /, "");
    put(head + rest);
    field.value = head + rest;
    field.focus();
    field.setSelectionRange(head.length, head.length);
    setTyped(null);
  }

  return {
    look(element) {
      field = element;
      const begun = beginning(element.value, element.selectionStart ?? 0);
      if (begun?.typed !== typed()?.typed) setAt(0);
      if (begun?.from !== refused) refused = null;
      setTyped(refused === null ? begun : null);
    },
    onKey(event) {
      const all = offered();
      if (all.length === 0 || isComposing(event)) return false;
      if (event.key === "ArrowDown") setAt((at() + 1) % all.length);
      else if (event.key === "ArrowUp") setAt((at() + all.length - 1) % all.length);
      else if (event.key === "Enter" || event.key === "Tab") {
        const character = all[at()];
        if (character) choose(character);
      } else if (event.key === "Escape") {
        refused = typed()?.from ?? null;
        setTyped(null);
      } else return false;
      event.preventDefault();
      event.stopPropagation();
      return true;
    },
    close: () => setTyped(null),
    offer: () => (
      <Show when={offered().length > 0}>
        <div class="mention" role="listbox" aria-label={t("cast.names")}>
          <For each={offered()}>
            {(character, index) => (
              <button
                type="button"
                role="option"
                tabIndex={-1}
                aria-selected={index() === at()}
                onPointerDown={(event) => {
                  event.preventDefault();
                  choose(character);
                }}
              >
                @{character.name}
              </button>
            )}
          </For>
        </div>
      </Show>
    ),
  };
}
