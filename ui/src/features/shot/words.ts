// The words of a shot while somebody types them. They are here at once and reach the core a moment later, as one step
// of undo for a run of typing. What the core tells is taken over, except where it would undo a keystroke.

import { createEffect, on, onCleanup, untrack, type Accessor } from "solid-js";
import { createStore, reconcile, unwrap } from "solid-js/store";
import type { Language, Line, Shot, ShotEntry } from "../../backend";
import type { Studio } from "../../state/studio";
import { Echoes } from "./echoes";

const PAUSE_MS = 300;

/** A spoken line with a name of its own, so that it keeps its field when lines change places. */
export interface EditedLine {
  key: number;
  speaker: string;
  language: Language;
  text: string;
}

/** What somebody types into. */
export interface EditedWords {
  title: string;
  description: string;
  sound: string;
  lines: EditedLine[];
}

/** The words of a shot and what changes them. */
export interface ShotWords {
  readonly now: EditedWords;
  setTitle(text: string): void;
  setDescription(text: string): void;
  setSound(text: string): void;
  setLine(key: number, change: Partial<Omit<EditedLine, "key">>): void;
  /** Adds a line and tells its key. */
  addLine(language: Language): number;
  removeLine(key: number): void;
  /** Moves a line by so many places; tells whether it moved. */
  moveLine(key: number, by: number): boolean;
  /** Puts other words in their place, as a repair does. */
  replace(shot: Shot): void;
  /** The shot as the core knows it. */
  shot(): Shot;
  /** Sends what was not sent yet, and waits until the core has all; tells whether it has. */
  flush(): Promise<boolean>;
}

let nextKey = 1;
const keyed = (line: Line): EditedLine => ({
  key: nextKey++,
  speaker: line.speaker ?? "",
  language: line.language,
  text: line.text,
});

/** The shot that these words make. */
export function shotOf(words: EditedWords): Shot {
  return {
    description: words.description,
    lines: words.lines.map(({ speaker, language, text }) => ({ speaker: speaker.trim() || null, language, text })),
    sound: words.sound.trim() || null,
  };
}

/** Edits the words of `entry`, for as long as the calling component lives. */
export function createShotWords(studio: Studio, entry: Accessor<ShotEntry>): ShotWords {
  const id = untrack(entry).id;
  const first = untrack(entry);
  const [now, set] = createStore<EditedWords>({
    title: first.title ?? "",
    description: first.shot.description,
    sound: first.shot.sound ?? "",
    lines: first.shot.lines.map(keyed),
  });
  const echoes = new Echoes();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let sending = Promise.resolve();
  let isDirty = false;

  const told = (title: string | null, { description, lines, sound }: Shot) =>
    JSON.stringify([title || null, description, lines.map((line) => [line.speaker, line.language, line.text]), sound]);

  createEffect(() => {
    const { title, shot } = entry();
    if (!echoes.isNews(told(title, shot)) || isDirty) return;
    untrack(() => adopt(title ?? "", shot));
  });

  function adopt(title: string, shot: Shot) {
    // Lines keep their keys by place: a field that has the focus keeps it.
    const lines = shot.lines.map((line, index) => ({ ...keyed(line), key: now.lines[index]?.key ?? nextKey++ }));
    set(reconcile({ title, description: shot.description, sound: shot.sound ?? "", lines }, { key: "key" }));
  }

  /** Sends what changed. Typing is one step of undo with the typing before it; lines that come, go or move are their own. */
  function send(step: "typing" | "own" = "typing") {
    clearTimeout(timer);
    if (!isDirty) return;
    isDirty = false;
    const shot = shotOf(unwrap(now));
    const title = now.title.trim() || null;
    echoes.send(told(title, shot));
    sending = sending.then(async () => {
      // Without its title it is another kind of step to the core.
      const answer = await studio.act("shot.edit", { id, shot, ...(step === "typing" && { title }) });
      // What the core could not take is tried again with the next word, or when the core is back.
      if (answer === undefined) isDirty = true;
    });
  }
  createEffect(on(studio.link, (link) => link === "open" && send(), { defer: true }));

  function changed() {
    isDirty = true;
    clearTimeout(timer);
    timer = setTimeout(() => send(), PAUSE_MS);
  }

  function apart(change: () => void) {
    send();
    change();
    isDirty = true;
    send("own");
  }

  const leave = () => send();
  window.addEventListener("pagehide", leave);
  onCleanup(() => {
    window.removeEventListener("pagehide", leave);
    send();
  });

  return {
    now,
    setTitle: (text) => (set("title", text), changed()),
    setDescription: (text) => (set("description", text), changed()),
    setSound: (text) => (set("sound", text), changed()),
    setLine: (key, change) => (set("lines", (line) => line.key === key, change), changed()),
    addLine(language) {
      const line = keyed({ speaker: now.lines.at(-1)?.speaker ?? null, language, text: "" });
      apart(() => set("lines", now.lines.length, line));
      return line.key;
    },
    removeLine: (key) => apart(() => set("lines", (lines) => lines.filter((line) => line.key !== key))),
    moveLine(key, by) {
      const from = now.lines.findIndex((line) => line.key === key);
      const to = from + by;
      if (from < 0 || to < 0 || to >= now.lines.length) return false;
      const moved = [...now.lines];
      moved.splice(to, 0, ...moved.splice(from, 1));
      apart(() => set("lines", moved));
      return true;
    },
    replace: (shot) => apart(() => adopt(now.title, shot)),
    shot: () => shotOf(now),
    async flush() {
      send();
      await sending;
      return !isDirty;
    },
  };
}
