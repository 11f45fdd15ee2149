// Menus: of a button, of the right mouse button, or to pick one of several. One is open at a time; `MenuHost` shows it.

import { For, Show, createEffect, createSignal, onCleanup, type JSX } from "solid-js";
import { Portal } from "solid-js/web";
import { topmost } from "../lib/topmost";
import { Icon, type IconName } from "./Icon";
import "./Menu.css";

/** A line of a menu. */
export interface MenuItem {
  label: string;
  run(): void;
  icon?: IconName;
  /** Small text at the right: a key, a size. */
  hint?: string;
  /** Small text under the label. */
  detail?: string;
  tone?: "danger";
  /** Whether it is the one picked, in menus to pick from. */
  checked?: boolean;
  disabled?: boolean;
}

/** A line of a menu, or a rule between lines. */
export type MenuEntry = MenuItem | "rule";

/** Where a menu opens: under an element, or at a point. */
export type MenuPlace = Element | { x: number; y: number };

interface OpenMenu {
  place: MenuPlace;
  entries: readonly MenuEntry[];
  label: string;
  back: Element | null;
}

const [open, setOpen] = createSignal<OpenMenu | null>(null);
const EDGE = 8;

/** Opens a menu. `label` names it for screen readers. */
export function openMenu(place: MenuPlace, entries: readonly MenuEntry[], label: string): void {
  setOpen({ place, entries, label, back: document.activeElement });
}

/** Closes the open menu and gives the focus back. */
export function closeMenu(): void {
  const back = open()?.back;
  setOpen(null);
  if (back instanceof HTMLElement) back.focus();
}

/** Whether a menu is open: single keys belong to it. */
export const isMenuOpen = (): boolean => open() !== null;

/** Shows the open menu. Stands once in the window. */
export function MenuHost(): JSX.Element {
  return (
    <Show when={open()} keyed>
      {(menu) => (
        <Portal mount={topmost()}>
          <MenuBox menu={menu} />
        </Portal>
      )}
    </Show>
  );
}

function MenuBox(props: { menu: OpenMenu }): JSX.Element {
  let box: HTMLDivElement | undefined;
  let typed = "";
  let typedAt = 0;
  const isPick = () => props.menu.entries.some((entry) => entry !== "rule" && entry.checked !== undefined);
  const rows = () => [...(box?.querySelectorAll<HTMLButtonElement>(".menu-item:not(:disabled)") ?? [])];

  createEffect(() => {
    if (!box) return;
    placeBox(box, props.menu.place);
    const checked = box.querySelector<HTMLButtonElement>('[aria-checked="true"]');
    (checked ?? rows()[0])?.focus();
    checked?.scrollIntoView({ block: "nearest" });
  });

  const outside = (event: PointerEvent) => {
    if (event.target instanceof Node && box?.contains(event.target)) return;
    setOpen(null);
  };
  const gone = () => setOpen(null);
  window.addEventListener("pointerdown", outside, true);
  window.addEventListener("resize", gone);
  window.addEventListener("blur", gone);
  onCleanup(() => {
    window.removeEventListener("pointerdown", outside, true);
    window.removeEventListener("resize", gone);
    window.removeEventListener("blur", gone);
  });

  function onKeyDown(event: KeyboardEvent) {
    const all = rows();
    const at = all.findIndex((row) => row === document.activeElement);
    const to = (index: number) => all[(index + all.length) % all.length]?.focus();
    event.stopPropagation();
    if (event.key === "ArrowDown") to(at + 1);
    else if (event.key === "ArrowUp") to(at - 1);
    else if (event.key === "Home") to(0);
    else if (event.key === "End") to(-1);
    else if (event.key === "Escape" || event.key === "Tab") closeMenu();
    else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && event.key !== " ") {
      const now = event.timeStamp;
      typed = now - typedAt > 800 ? event.key : typed + event.key;
      typedAt = now;
      all.find((row) => row.textContent?.toLowerCase().startsWith(typed.toLowerCase()))?.focus();
    } else return;
    event.preventDefault();
  }

  function pick(item: MenuItem) {
    closeMenu();
    item.run();
  }

  return (
    <div
      ref={(element) => (box = element)}
      class="menu"
      role="menu"
      aria-label={props.menu.label}
      on:keydown={onKeyDown}
      onContextMenu={(event) => event.preventDefault()}
    >
      <For each={props.menu.entries}>
        {(entry) =>
          entry === "rule" ? (
            <div class="menu-rule" role="separator" />
          ) : (
            <button
              type="button"
              class="menu-item"
              classList={{ "menu-danger": entry.tone === "danger" }}
              role={entry.checked === undefined ? "menuitem" : "menuitemradio"}
              aria-checked={entry.checked}
              disabled={entry.disabled}
              tabIndex={-1}
              on:click={() => pick(entry)}
              onPointerMove={(event) => event.currentTarget.focus()}
            >
              <Show when={isPick()}>
                <span class="menu-check">{entry.checked ? <Icon name="check" size={14} /> : null}</span>
              </Show>
              <Show when={entry.icon}>{(name) => <Icon name={name()} />}</Show>
              <span class="menu-label">
                {entry.label}
                <Show when={entry.detail}>
                  <small>{entry.detail}</small>
                </Show>
              </span>
              <Show when={entry.hint}>
                <span class="menu-hint">{entry.hint}</span>
              </Show>
            </button>
          )
        }
      </For>
    </div>
  );
}

/** Puts the menu where it fits: under its element or at its point, turned up or left at the window's edge. */
function placeBox(box: HTMLElement, place: MenuPlace) {
  const size = box.getBoundingClientRect();
  const anchor =
    place instanceof Element
      ? place.getBoundingClientRect()
      : { left: place.x, right: place.x, top: place.y, bottom: place.y, width: 0 };
  const below = anchor.bottom + 4;
  const fitsBelow = below + size.height + EDGE <= window.innerHeight;
  const top = fitsBelow ? below : Math.max(EDGE, anchor.top - 4 - size.height);
  const fitsRight = anchor.left + size.width + EDGE <= window.innerWidth;
  const left = fitsRight ? anchor.left : Math.max(EDGE, anchor.right - size.width);
  box.style.top = `${top}px`;
  box.style.left = `${left}px`;
  box.style.minWidth = `${Math.max(anchor.width, 160)}px`;
}
