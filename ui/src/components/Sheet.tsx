// A page that lies over the screen until it is closed. Keys and focus stay in it.

import { createSignal, onCleanup, onMount, type JSX } from "solid-js";
import { Portal } from "solid-js/web";
import { t } from "../i18n";
import { Button } from "./Button";
import { isMenuOpen } from "./Menu";
import { isComposing } from "../lib/keys";
import "./Sheet.css";

const FOCUSABLE =
  'a[href], button:not(:disabled):not([tabindex="-1"]), input:not(:disabled), textarea:not(:disabled), [tabindex="0"]';

const [sheets, setSheets] = createSignal(0);

/** Whether such a page is open: single keys belong to it. */
export const isSheetOpen = (): boolean => sheets() > 0;

/** A page that lies over the screen. `foot` stays below what scrolls; a large one fills the height. */
export function Sheet(props: {
  title: string;
  size?: "small" | "medium" | "wide" | "large";
  onClose(): void;
  head?: JSX.Element;
  foot?: JSX.Element;
  children: JSX.Element;
}): JSX.Element {
  let box: HTMLDivElement | undefined;
  const back = document.activeElement;
  setSheets((count) => count + 1);
  onMount(() => {
    // It would lie behind what fills the screen.
    if (document.fullscreenElement) void document.exitFullscreen();
    (box?.querySelector<HTMLElement>("[autofocus]") ?? box)?.focus();
  });
  onCleanup(() => {
    setSheets((count) => count - 1);
    if (back instanceof HTMLElement && back.isConnected) back.focus();
  });

  function onKeyDown(event: KeyboardEvent) {
    if (isComposing(event) || isMenuOpen() || !box) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      props.onClose();
    } else if (event.key === "Tab") {
      const stops = [...box.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((stop) => stop.offsetParent !== null);
      const first = stops[0];
      const last = stops.at(-1);
      const active = document.activeElement;
      const isAtEdge = event.shiftKey ? active === first || active === box : active === last;
      if (isAtEdge) {
        event.preventDefault();
        (event.shiftKey ? last : first)?.focus();
      }
    }
  }

  return (
    <Portal>
      <div class="sheet-ground" onPointerDown={(event) => event.target === event.currentTarget && props.onClose()}>
        <div
          ref={(element) => (box = element)}
          class={`sheet sheet-${props.size ?? "medium"}`}
          role="dialog"
          aria-modal="true"
          aria-label={props.title}
          tabIndex={-1}
          onKeyDown={onKeyDown}
        >
          <header class="sheet-head">
            <h1>{props.title}</h1>
            {props.head}
            <Button kind="quiet" icon="close" label={t("sheet.close")} onClick={() => props.onClose()} />
          </header>
          <div class="sheet-body">{props.children}</div>
          {props.foot}
        </div>
      </div>
    </Portal>
  );
}
