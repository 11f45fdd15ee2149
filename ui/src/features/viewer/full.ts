// The viewer over the whole screen.

import { createSignal, onCleanup, type Accessor } from "solid-js";

/** Full screen of one element. Where the system has none, the element fills the window. */
export function createFullScreen(element: () => HTMLElement | undefined): { isFull: Accessor<boolean>; toggle(): void } {
  const [isFull, setFull] = createSignal(false);
  const onChange = () => setFull(document.fullscreenElement !== null);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !isFull() || document.fullscreenElement) return;
    event.stopPropagation();
    setFull(false);
  };
  document.addEventListener("fullscreenchange", onChange);
  window.addEventListener("keydown", onKeyDown, true);
  onCleanup(() => {
    document.removeEventListener("fullscreenchange", onChange);
    window.removeEventListener("keydown", onKeyDown, true);
  });
  return {
    isFull,
    toggle() {
      if (document.fullscreenElement) void document.exitFullscreen();
      else if (isFull()) setFull(false);
      else {
        setFull(true);
        element()
          ?.requestFullscreen?.()
          .catch(() => undefined);
      }
    },
  };
}
