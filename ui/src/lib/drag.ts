// Dragging with the pointer. HTML's own drag and drop is not used: inside the app the window takes it for files.
//
// `startDrag` follows one pointer from its press until it is let go or Escape is pressed. `startCarry` is the same for
// things that are carried from one place of the window to another: places that take them say so with `acceptCarried`.

import { createSignal, onCleanup } from "solid-js";
import "./drag.css";

/** Where the pointer is and how far it came since it was pressed, in pixels of the window. */
export interface DragPoint {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
  readonly shift: boolean;
  readonly alt: boolean;
  /** Ctrl, or ⌘ on a Mac. */
  readonly mod: boolean;
}

/** What happens during a drag. All but `end` may be left out. */
export interface Drag {
  /** The pointer came far enough that it is a drag and not a click. */
  begin?(point: DragPoint): void;
  move?(point: DragPoint): void;
  /** It was let go after it had begun. */
  end(point: DragPoint): void;
  /** It was let go before it had begun. */
  click?(point: DragPoint): void;
  /** Escape, or the pointer was taken away. All must be as it was before. */
  cancel?(): void;
}

/** How far the pointer must come until a press is a drag. */
const THRESHOLD_PX = 4;

const pointOf = (event: PointerEvent, from: PointerEvent): DragPoint => ({
  x: event.clientX,
  y: event.clientY,
  dx: event.clientX - from.clientX,
  dy: event.clientY - from.clientY,
  shift: event.shiftKey,
  alt: event.altKey,
  mod: event.ctrlKey || event.metaKey,
});

const [dragging, setDragging] = createSignal(false);

/** Whether something is being dragged: Escape then belongs to the drag. */
export { dragging };

/** Follows the pointer that was pressed by `press`. With `threshold` 0 it is a drag from the first pixel. */
export function startDrag(press: PointerEvent, drag: Drag, threshold: number = THRESHOLD_PX): void {
  let begun = threshold === 0;
  let last = press;
  const ended = new AbortController();
  const options = { signal: ended.signal, capture: true };

  function finish() {
    ended.abort();
    setDragging(false);
  }
  function cancel() {
    finish();
    if (begun) drag.cancel?.();
  }
  function move(event: PointerEvent) {
    if (event.pointerId !== press.pointerId) return;
    last = event;
    const point = pointOf(event, press);
    if (!begun) {
      if (Math.hypot(point.dx, point.dy) < threshold) return;
      begun = true;
      setDragging(true);
      drag.begin?.(point);
    }
    drag.move?.(point);
  }
  function up(event: PointerEvent) {
    if (event.pointerId !== press.pointerId) return;
    finish();
    const point = pointOf(event, press);
    if (begun) {
      swallowClick();
      drag.end(point);
    } else drag.click?.(point);
  }
  function key(event: KeyboardEvent) {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopImmediatePropagation();
      cancel();
    } else if (begun && (event.key === "Shift" || event.key === "Alt" || event.key === "Control" || event.key === "Meta")) {
      // The keys that change what a drag does work also while the pointer rests.
      const { clientX, clientY, pointerId } = last;
      const { shiftKey, altKey, ctrlKey, metaKey } = event;
      move(new PointerEvent("pointermove", { clientX, clientY, pointerId, shiftKey, altKey, ctrlKey, metaKey }));
    }
  }

  window.addEventListener("pointermove", move, options);
  window.addEventListener("pointerup", up, options);
  window.addEventListener("pointercancel", cancel, options);
  // The window's own blur; that of a focused control passes here too.
  window.addEventListener("blur", (event) => event.target === window && cancel(), options);
  window.addEventListener("keydown", key, options);
  window.addEventListener("keyup", key, options);
  if (begun) {
    setDragging(true);
    drag.begin?.(pointOf(press, press));
    drag.move?.(pointOf(press, press));
  }
}

/** A drag ends with a click on what lies under the pointer; that click is not meant. */
function swallowClick() {
  const swallow = (event: Event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  window.addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => window.removeEventListener("click", swallow, true), 0);
}

/** What can be carried through the window. */
export type Carried =
  | { kind: "picture"; sha256: string; name: string }
  | { kind: "film"; sha256: string; name: string }
  | { kind: "sound"; sha256: string; name: string }
  | { kind: "take"; take: string; shot: string }
  | { kind: "shot"; shot: string }
  | { kind: "character"; id: string; name: string };

/** A place that takes what is carried. */
export interface CarryTarget {
  accepts(carried: Carried): boolean;
  /** It is over this place. */
  over?(carried: Carried, point: DragPoint): void;
  /** It left again, or the drag was cancelled. Not called when it is dropped. */
  leave?(): void;
  drop(carried: Carried, point: DragPoint): void;
}

const targets = new Map<Element, CarryTarget>();
const [carried, setCarried] = createSignal<Carried | null>(null);

/** What is being carried now, for places that show that they take it. */
export { carried };

/** Makes `element` a place to drop on, for as long as the calling component lives. Of nested places the inner one takes. */
export function acceptCarried(element: Element, target: CarryTarget): void {
  targets.set(element, target);
  onCleanup(() => targets.delete(element));
}

function targetAt(what: Carried, point: DragPoint): CarryTarget | null {
  for (let under = document.elementFromPoint(point.x, point.y); under; under = under.parentElement) {
    const target = targets.get(under);
    if (target?.accepts(what)) return target;
  }
  return null;
}

/**
 * Carries `what` along with the pointer, with a picture of it. `ghost` is copied to follow the pointer; `click` is what a
 * press without a drag means.
 */
export function startCarry(press: PointerEvent, what: Carried, ghost: Element, click?: () => void): void {
  let over: CarryTarget | null = null;
  let picture: HTMLElement | null = null;

  function clear() {
    picture?.remove();
    setCarried(null);
    document.documentElement.classList.remove("carrying");
  }
  startDrag(press, {
    begin() {
      picture = ghostOf(ghost);
      document.body.append(picture);
      document.documentElement.classList.add("carrying");
      setCarried(what);
    },
    move(point) {
      if (picture) picture.style.transform = `translate(${point.x + 12}px, ${point.y + 12}px)`;
      const next = targetAt(what, point);
      if (over !== next) over?.leave?.();
      over = next;
      picture?.classList.toggle("carry-ghost-refused", next === null);
      next?.over?.(what, point);
    },
    end(point) {
      clear();
      over?.drop(what, point);
    },
    cancel() {
      clear();
      over?.leave?.();
    },
    ...(click && { click }),
  });
}

function ghostOf(element: Element): HTMLElement {
  const picture = document.createElement("div");
  picture.className = "carry-ghost";
  picture.setAttribute("aria-hidden", "true");
  const copy = element.cloneNode(true);
  if (copy instanceof HTMLElement || copy instanceof SVGElement) {
    copy.removeAttribute("id");
    const { width, height } = element.getBoundingClientRect();
    copy.style.width = `${Math.min(width, 160)}px`;
    copy.style.height = `${Math.min(height, 160)}px`;
  }
  picture.append(copy);
  return picture;
}
