// The names of things, shown when the pointer rests on them or the keyboard reaches them: any element with
// `data-tip`. A tab in it separates the key that does the same.

import { Show, createSignal, onCleanup, onMount, type JSX } from "solid-js";
import { Portal } from "solid-js/web";
import { topmost } from "../lib/topmost";
import "./Tips.css";

const REST_MS = 450;
const GAP = 6;

interface Tip {
  text: string;
  key: string | undefined;
  anchor: DOMRect;
}

/** Shows the tips of the whole window. Stands once in it. */
export function Tips(): JSX.Element {
  const [tip, setTip] = createSignal<Tip | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let at: Element | null = null;

  const hide = () => {
    clearTimeout(timer);
    at = null;
    setTip(null);
  };
  const rest = (target: EventTarget | null, pause: number) => {
    const element = target instanceof Element ? target.closest("[data-tip]") : null;
    if (element === at) return;
    hide();
    at = element;
    if (!element) return;
    timer = setTimeout(() => {
      const [text, key] = (element.getAttribute("data-tip") ?? "").split("\t");
      if (text && element.isConnected) setTip({ text, key, anchor: element.getBoundingClientRect() });
    }, pause);
  };
  const onOver = (event: PointerEvent) => rest(event.target, REST_MS);
  const onFocus = (event: FocusEvent) => {
    if (event.target instanceof Element && event.target.matches(":focus-visible")) rest(event.target, REST_MS);
  };

  onMount(() => {
    document.addEventListener("pointerover", onOver);
    document.addEventListener("focusin", onFocus);
    document.addEventListener("focusout", hide);
    document.addEventListener("pointerdown", hide, true);
    document.addEventListener("keydown", hide, true);
    document.addEventListener("scroll", hide, true);
  });
  onCleanup(() => {
    hide();
    document.removeEventListener("pointerover", onOver);
    document.removeEventListener("focusin", onFocus);
    document.removeEventListener("focusout", hide);
    document.removeEventListener("pointerdown", hide, true);
    document.removeEventListener("keydown", hide, true);
    document.removeEventListener("scroll", hide, true);
  });

  const put = (box: HTMLElement, anchor: DOMRect) => {
    queueMicrotask(() => {
      const { width, height } = box.getBoundingClientRect();
      const left = anchor.left + anchor.width / 2 - width / 2;
      const below = anchor.bottom + GAP;
      const top = below + height > window.innerHeight - GAP ? anchor.top - GAP - height : below;
      box.style.left = `${Math.max(GAP, Math.min(left, window.innerWidth - width - GAP))}px`;
      box.style.top = `${top}px`;
    });
  };
  return (
    <Show when={tip()} keyed>
      {(shown) => (
        <Portal mount={topmost()}>
          <div class="tip" aria-hidden="true" ref={(box) => put(box, shown.anchor)}>
            {shown.text}
            <Show when={shown.key}>
              <kbd>{shown.key}</kbd>
            </Show>
          </div>
        </Portal>
      )}
    </Show>
  );
}
