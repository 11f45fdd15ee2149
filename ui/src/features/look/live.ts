// Changes of clips while a slider or a handle is dragged. They are seen here at once and reach the core one after another,
// the newest only, all as one step of undo. Whatever the core refuses goes back.

import { batch, createSignal, onCleanup, type Accessor } from "solid-js";
import type { Clip, Look, TimelineEdit } from "../../backend";
import { newId } from "../../lib/id";
import { lookOf } from "../../lib/look";
import { speedOf } from "../../lib/timeline/pace";
import type { Studio } from "../../state/studio";

/** What is asked for and not told by the core yet. */
type Asked = ReadonlyMap<string, Pick<Clip, "speed" | "look">>;

const NOTHING: Asked = new Map();
const [asked, setAsked] = createSignal<Asked>(NOTHING);

/** A clip as it is asked to be. */
export function asAsked<C extends Clip>(clip: C): C {
  const wanted = asked().get(clip.id);
  return wanted ? { ...clip, ...wanted } : clip;
}

/** Changes of some clips. */
export interface Live {
  /** The clips as they are asked to be. */
  readonly clips: Accessor<readonly Clip[]>;
  /** What follows is one step of undo. */
  begin(): void;
  /** Changes how each looks. */
  look(change: (look: Look, clip: Clip) => Look): void;
  speed(to: number): void;
}

/** Changes `clips`, for as long as the calling component lives. */
export function createLive(studio: Studio, clips: Accessor<readonly Clip[]>): Live {
  let key = newId();
  let isSending = false;
  let isNewer = false;
  let isGone = false;
  onCleanup(() => (isGone = true));
  const now = () => clips().map(asAsked);

  /** The edits from what the core told to what is asked for. */
  function edits(): TimelineEdit[] {
    const found: TimelineEdit[] = [];
    for (const [id, { look, speed }] of asked()) {
      if (look) found.push({ kind: "set_look", clips: [id], look });
      if (speed !== undefined) found.push({ kind: "set_speed", clips: [id], speed });
    }
    return together(found);
  }

  async function send() {
    isNewer = true;
    if (isSending) return;
    isSending = true;
    let revision = 0;
    while (isNewer) {
      isNewer = false;
      const answer = await studio.act("timeline.edit", { edits: edits(), merge: `look ${key}` });
      if (!answer) break;
      revision = answer.revision;
    }
    // Until the window's copy is as new, what was asked for stands in for it; but not for ever.
    for (let waited = 0; waited < 60 && !isNewer && (studio.project()?.revision ?? revision) < revision; waited += 1) {
      await new Promise((resolve) => setTimeout(resolve, 16));
    }
    isSending = false;
    if (isNewer && !isGone) return void send();
    setAsked(NOTHING);
  }

  function ask(change: (clip: Clip) => Pick<Clip, "speed" | "look">) {
    const next = new Map(asked());
    for (const clip of now()) {
      const wanted = change(clip);
      if (Object.entries(wanted).every(([name, value]) => JSON.stringify(value) === JSON.stringify(clip[name as "look"]))) continue;
      next.set(clip.id, { ...next.get(clip.id), ...wanted });
    }
    if (next.size === asked().size && [...next].every(([id, wanted]) => asked().get(id) === wanted)) return;
    batch(() => setAsked(next));
    void send();
  }

  return {
    clips: now,
    begin: () => void (key = newId()),
    look: (change) => ask((clip) => ({ look: change(lookOf(clip), clip) })),
    speed: (to) => ask((clip) => (speedOf(clip) === to ? {} : { speed: to })),
  };
}

/** Clips that shall look alike, or run alike, in one edit. */
function together(edits: readonly TimelineEdit[]): TimelineEdit[] {
  const found = new Map<string, TimelineEdit>();
  for (const edit of edits) {
    if (edit.kind !== "set_look" && edit.kind !== "set_speed") continue;
    const { clips, ...rest } = edit;
    const key = JSON.stringify(rest);
    const known = found.get(key);
    const all = known?.kind === edit.kind ? [...known.clips, ...clips] : clips;
    found.set(key, { ...edit, clips: all });
  }
  return [...found.values()];
}
