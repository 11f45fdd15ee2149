// Cards in a grid, walked through with the arrow keys. Enter does what a double click does, the menu key what the right
// button does. A card can be carried to another place with the pointer.

import { For, Show, createMemo, createSignal, mapArray, type JSX } from "solid-js";
import { closeMenu, isMenuOpen, openMenu, type MenuEntry } from "../../components/Menu";
import { startCarry, type Carried } from "../../lib/drag";
import "./CardGrid.css";

/** A card. What of it can change is given by getters: a card is made once for its item and stays. */
export interface Card {
  id: string;
  /** Its name, read out and shown under the picture. */
  readonly name: string;
  picture(): JSX.Element;
  /** Shown at the right of its name. */
  readonly note?: string | undefined;
  carried?: Carried;
  readonly isOn?: boolean;
  click?(): void;
  open(): void;
  menu(): readonly MenuEntry[];
  remove?(): void;
}

/** Cards in a grid. */
export function CardGrid<T>(props: {
  label: string;
  items: readonly T[];
  card(item: T): Card;
  columns?: 1 | 2;
}): JSX.Element {
  const [at, setAt] = createSignal<string | null>(null);
  let grid: HTMLDivElement | undefined;
  const cards = createMemo(
    mapArray(
      () => props.items,
      (item) => props.card(item),
    ),
  );
  const current = () => (cards().some((card) => card.id === at()) ? at() : cards()[0]?.id);

  const boxes = () => [...(grid?.querySelectorAll<HTMLElement>(".card") ?? [])];
  /** How many cards stand side by side: the panel can be resized. */
  function columns(): number {
    const all = boxes();
    const top = all[0]?.offsetTop;
    const wrap = all.findIndex((box) => box.offsetTop !== top);
    return wrap < 0 ? Math.max(1, all.length) : wrap;
  }
  function go(to: number) {
    const index = Math.min(cards().length - 1, Math.max(0, to));
    setAt(cards()[index]?.id ?? null);
    boxes()[index]?.focus();
  }
  function onKeyDown(event: KeyboardEvent) {
    if (isMenuOpen()) return;
    const index = cards().findIndex((card) => card.id === current());
    const card = cards()[index];
    if (!card || event.ctrlKey || event.metaKey || event.altKey) return;
    switch (event.key) {
      case "ArrowRight":
        go(index + 1);
        break;
      case "ArrowLeft":
        go(index - 1);
        break;
      case "ArrowDown":
        if (index + columns() < cards().length) go(index + columns());
        break;
      case "ArrowUp":
        if (index - columns() >= 0) go(index - columns());
        break;
      case "Home":
        go(0);
        break;
      case "End":
        go(cards().length - 1);
        break;
      case "Enter":
        card.open();
        break;
      case " ":
        (card.click ?? card.open)();
        break;
      case "Delete":
        if (!card.remove) return;
        // The focus stays in the grid, or the next press would be the timeline's.
        if (cards().length > 1) go(index + 1 < cards().length ? index + 1 : index - 1);
        card.remove();
        break;
      case "ContextMenu":
        showMenu(card, boxes()[index]);
        break;
      case "F10":
        if (!event.shiftKey) return;
        showMenu(card, boxes()[index]);
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
  function showMenu(card: Card, place: Element | { x: number; y: number } | undefined) {
    if (place) openMenu(place, card.menu(), card.name);
  }

  return (
    <div
      ref={(element) => (grid = element)}
      class="card-grid"
      classList={{ "card-grid-wide": props.columns === 1 }}
      role="listbox"
      aria-label={props.label}
      on:keydown={onKeyDown}
    >
      <For each={cards()}>
        {(card) => (
          <div
            class="card"
            classList={{ "card-on": card.isOn === true }}
            role="option"
            aria-selected={card.isOn ?? current() === card.id}
            aria-label={card.note ? `${card.name}, ${card.note}` : card.name}
            title={card.name}
            tabIndex={current() === card.id ? 0 : -1}
            onFocus={() => setAt(card.id)}
            onClick={() => card.click?.()}
            onDblClick={() => card.open()}
            onContextMenu={(event) => {
              event.preventDefault();
              closeMenu();
              event.currentTarget.focus();
              showMenu(card, { x: event.clientX, y: event.clientY });
            }}
            onPointerDown={(event) => {
              if (event.button === 0 && card.carried) startCarry(event, card.carried, event.currentTarget);
            }}
          >
            {card.picture()}
            <p>
              <span>{card.name}</span>
              <Show when={card.note}>
                <small>{card.note}</small>
              </Show>
            </p>
          </div>
        )}
      </For>
    </div>
  );
}
