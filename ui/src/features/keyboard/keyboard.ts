// Keys do commands. They rest while somebody writes or an input method composes, while a page or a menu is open, and
// where the focused control has a use of its own for them.

import { createMemo, createRoot, createSignal, onCleanup } from "solid-js";
import { isMenuOpen } from "../../components/Menu";
import { isSheetOpen } from "../../components/Sheet";
import { t } from "../../i18n";
import { isComposing, isMac, keyText, strokeOf, type Stroke } from "../../lib/keys";
import { commands, run, type CommandId } from "../../state/commands";
import type { View } from "../../state/view";
import { PRESETS, type Keymap, type PresetName } from "./presets";

const [preset, setPreset] = createSignal<PresetName>("short_video");

/** The preset whose keys are used now. */
export { preset, setPreset };

/** Whether keys are written as on a Mac. */
export const mac = typeof navigator !== "undefined" && isMac();

const keymap = (): Keymap => PRESETS[preset()];

/** What each stroke does. */
const byStroke = createRoot(() =>
  createMemo(() => {
    const found = new Map<Stroke, CommandId>();
    for (const [id, strokes] of Object.entries(keymap())) for (const stroke of strokes) found.set(stroke, id);
    return found;
  }),
);

/** The keys of a command, all of them. */
export function strokesOf(id: CommandId): readonly Stroke[] {
  return keymap()[id] ?? [];
}

/** The first key of a command as the platform writes it, for menus and tooltips; undefined where it has none. */
export function keyOf(id: CommandId): string | undefined {
  const stroke = strokesOf(id)[0];
  return stroke === undefined ? undefined : keyText(stroke, mac, t("keyboard.space"));
}

/** Arrow keys on a focused clip go to its neighbours; elsewhere they are the player's. */
const ON_CLIP: Readonly<Record<Stroke, CommandId>> = {
  arrowleft: "timeline.previous_clip",
  arrowright: "timeline.next_clip",
  "shift+arrowleft": "timeline.extend_back",
  "shift+arrowright": "timeline.extend_forward",
};

/** Commands that also work while somebody writes: they mean the same everywhere and no text field has a use for them. */
const WHILE_WRITING: ReadonlySet<CommandId> = new Set(["shot.generate", "shot.add_line", "app.settings", "view.queue"]);

/** Commands that can be held down. */
const REPEATS = /^(transport\.(frame|second)_|timeline\.(zoom|shorter|longer|head_|roll_|slip_|previous_|next_|extend_)|project\.)/;

const WRITES = "input, textarea, select, [contenteditable=''], [contenteditable='true']";
const SILENT_INPUTS = new Set(["button", "checkbox", "radio", "range", "color", "file", "submit", "reset"]);

function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  const field = target.closest(WRITES);
  return field !== null && !(field instanceof HTMLInputElement && SILENT_INPUTS.has(field.type));
}

/** Whether the focused control answers this key itself. */
function isTaken(target: EventTarget | null, stroke: Stroke): boolean {
  if (!(target instanceof Element)) return false;
  const control = target.closest("button, a[href], summary, [role=button], [role=tab], [role=slider], [role=menuitem], input");
  if (!control) return false;
  // A slider has no use for them: what was just set is played.
  if (stroke === "enter" || stroke === "space") return !control.matches("input[type=range]");
  const isArrow = stroke.startsWith("arrow") || stroke === "home" || stroke === "end";
  return isArrow && control.matches("[role=tab], [role=slider], [role=radio], input");
}

/** What a key press does now, or null. */
export function commandOf(event: KeyboardEvent, isBehind: boolean): CommandId | null {
  if (event.defaultPrevented || isComposing(event) || isMenuOpen()) return null;
  const stroke = strokeOf(event, mac);
  if (stroke === null) return null;
  const onClip = event.target instanceof Element && event.target.matches(".clip") ? ON_CLIP[stroke] : undefined;
  const id = onClip ?? byStroke().get(stroke);
  if (id === undefined || !commands[id]) return null;
  if (isBehind && id !== "app.shortcuts") return null;
  if (isWriting(event.target) && !WHILE_WRITING.has(id)) return null;
  if (isTaken(event.target, stroke)) return null;
  if (event.repeat && !REPEATS.test(id)) return null;
  return id;
}

/** Listens to the keys of the window for as long as the calling component lives. */
export function listenToKeys(view: View): void {
  const press = (event: KeyboardEvent) => {
    const id = commandOf(event, view.sheet() !== null || isSheetOpen());
    if (id === null) return;
    // Also where it cannot be done now: the browser's own meaning of the key would surprise.
    event.preventDefault();
    run(id);
  };
  window.addEventListener("keydown", press);
  onCleanup(() => window.removeEventListener("keydown", press));
}
