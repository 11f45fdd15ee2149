// Keys as data: `mod+shift+z` is a stroke, the same on every platform and keyboard layout. `mod` is Ctrl, or ⌘ on a Mac.
//
// A letter is the letter that the layout writes; where it writes none (Cyrillic, Hangul, an accent) the place on the
// keyboard counts. Signs count by their place: where they need AltGr or shift, nobody could press them otherwise.

/** A key with its modifiers, as in `mod+alt+arrowleft`. The modifiers stand in the order mod, ctrl, alt, shift. */
export type Stroke = string;

/** What of a key event is needed to know its stroke. */
export type KeyPress = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

const MODIFIERS = ["mod", "ctrl", "alt", "shift"] as const;
type Modifier = (typeof MODIFIERS)[number];

const BY_CODE: Readonly<Record<string, string>> = {
  BracketLeft: "[",
  BracketRight: "]",
  Comma: ",",
  Period: ".",
  Semicolon: ";",
  Quote: "'",
  Slash: "/",
  Backslash: "\\",
  Minus: "-",
  Equal: "=",
  Backquote: "`",
  NumpadAdd: "=",
  NumpadSubtract: "-",
  NumpadEnter: "enter",
};

const SILENT = new Set(["Control", "Shift", "Alt", "Meta", "AltGraph", "CapsLock", "Dead", "Process", "Unidentified"]);

/** The stroke of a key press, or null for a modifier alone. */
export function strokeOf(press: KeyPress, mac: boolean): Stroke | null {
  const key = keyOf(press);
  if (key === null) return null;
  const held: Record<Modifier, boolean> = {
    mod: mac ? press.metaKey : press.ctrlKey,
    ctrl: mac && press.ctrlKey,
    alt: press.altKey,
    // A question mark is one wherever it lies; shift is how it is written.
    shift: press.shiftKey && key !== "?",
  };
  return [...MODIFIERS.filter((name) => held[name]), key].join("+");
}

function keyOf(press: KeyPress): string | null {
  if (/^[a-zA-Z]$/.test(press.key)) return press.key.toLowerCase();
  if (press.key === "?") return "?";
  const letter = /^Key([A-Z])$/.exec(press.code)?.[1];
  if (letter !== undefined) return letter.toLowerCase();
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(press.code)?.[1];
  if (digit !== undefined && (press.key.length === 1 || press.code.startsWith("Digit"))) return digit;
  const sign = BY_CODE[press.code];
  if (sign !== undefined) return sign;
  if (press.key === " " || press.code === "Space") return "space";
  if (SILENT.has(press.key)) return null;
  return press.key.toLowerCase();
}

/** A stroke with its modifiers in their order, for comparing. */
export function normal(stroke: Stroke): Stroke {
  const parts = stroke.split("+");
  const key = parts.pop() ?? "";
  return [...MODIFIERS.filter((name) => parts.includes(name)), key].join("+");
}

const NAMES_MAC: Readonly<Record<string, string>> = {
  mod: "⌘",
  ctrl: "⌃",
  alt: "⌥",
  shift: "⇧",
  enter: "↩",
  backspace: "⌫",
  delete: "⌦",
  escape: "⎋",
  tab: "⇥",
};

const NAMES: Readonly<Record<string, string>> = {
  mod: "Ctrl",
  alt: "Alt",
  shift: "Shift",
  enter: "Enter",
  backspace: "Backspace",
  delete: "Del",
  escape: "Esc",
  tab: "Tab",
  home: "Home",
  end: "End",
};

const NAMES_BOTH: Readonly<Record<string, string>> = {
  arrowleft: "←",
  arrowright: "→",
  arrowup: "↑",
  arrowdown: "↓",
  "-": "−",
};

/** The keys of a stroke as the platform writes them: `["⇧", "⌘", "Z"]` or `["Ctrl", "Shift", "Z"]`. */
export function keyNames(stroke: Stroke, mac: boolean, space: string): string[] {
  const parts = stroke.split("+");
  const order: readonly string[] = mac ? ["ctrl", "alt", "shift", "mod"] : MODIFIERS;
  const key = parts.pop() ?? "";
  const names = mac ? NAMES_MAC : NAMES;
  const name = (part: string) => names[part] ?? NAMES_BOTH[part] ?? (part === "space" ? space : capital(part));
  return [...order.filter((part) => parts.includes(part)), key].map(name);
}

/** A stroke in one text, for tooltips and menus: `⇧⌘Z`, `Ctrl+Shift+Z`. */
export function keyText(stroke: Stroke, mac: boolean, space: string): string {
  return keyNames(stroke, mac, space).join(mac ? "" : "+");
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** Whether this machine writes keys as a Mac does. */
export function isMac(): boolean {
  return /mac|iphone|ipad/i.test(navigator.platform);
}

/** Whether the input method has this press. Some systems tell it by the key code alone. */
export function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}
