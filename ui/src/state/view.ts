// What only this window knows and may forget: what is selected, where the playhead stands, what is open.

import { createContext, createSignal, useContext, type Accessor, type Setter } from "solid-js";

/** A page that lies over the screen. */
export type Sheet = "export" | "models" | "doctor" | "settings" | "shortcuts" | "projects" | "compare" | null;

/** What the viewer plays: the timeline, one take, or two takes side by side. */
export type Watched =
  | { kind: "timeline" }
  | { kind: "take"; take: string }
  | { kind: "pair"; takes: readonly [string, string] };

/** A frame that a drag is about to cut at: of a shot's take, at the beginning or the end of a clip. */
export interface EdgeFrame {
  readonly shot: string;
  /** Of the take. */
  readonly frame: number;
  readonly edge: "in" | "out";
}

/** The part of the screen that single keys belong to. */
export type Zone = "library" | "viewer" | "shot" | "timeline";

/** View state. */
export interface View {
  /** The shot that the shot panel shows. */
  readonly shot: Accessor<string | null>;
  readonly setShot: Setter<string | null>;
  /** Selected clips of the timeline. */
  readonly clips: Accessor<ReadonlySet<string>>;
  readonly setClips: Setter<ReadonlySet<string>>;
  /** The playhead, in frames of the timeline. */
  readonly playhead: Accessor<number>;
  readonly setPlayhead: Setter<number>;
  /** Speed of playback: 0 stands, 1 plays, negative runs back. */
  readonly speed: Accessor<number>;
  readonly setSpeed: Setter<number>;
  /** In and out point of the timeline, in frames. */
  readonly range: Accessor<{ in: number | null; out: number | null }>;
  readonly setRange: Setter<{ in: number | null; out: number | null }>;
  readonly loop: Accessor<boolean>;
  readonly setLoop: Setter<boolean>;
  /** What the viewer plays: the timeline, or one take. */
  readonly watched: Accessor<Watched>;
  readonly setWatched: Setter<Watched>;
  readonly sheet: Accessor<Sheet>;
  readonly setSheet: Setter<Sheet>;
  readonly queueOpen: Accessor<boolean>;
  readonly setQueueOpen: Setter<boolean>;
  /** The frames at the edges that are being dragged: the viewer shows them instead of the playhead's. Empty where none is. */
  readonly edges: Accessor<readonly EdgeFrame[]>;
  readonly setEdges: Setter<readonly EdgeFrame[]>;
  readonly zone: Accessor<Zone>;
  readonly setZone: Setter<Zone>;
}

const ViewContext = createContext<View>();
export const ViewProvider = ViewContext.Provider;

/** View state, for components. */
export function useView(): View {
  const view = useContext(ViewContext);
  if (!view) throw new Error("no view around this component");
  return view;
}

/** Fresh view state. */
export function createView(): View {
  const [shot, setShot] = createSignal<string | null>(null);
  const [clips, setClips] = createSignal<ReadonlySet<string>>(new Set());
  const [playhead, setPlayhead] = createSignal(0);
  const [speed, setSpeed] = createSignal(0);
  const [range, setRange] = createSignal<{ in: number | null; out: number | null }>({ in: null, out: null });
  const [loop, setLoop] = createSignal(false);
  const [watched, setWatched] = createSignal<Watched>({ kind: "timeline" });
  const [sheet, setSheet] = createSignal<Sheet>(null);
  const [queueOpen, setQueueOpen] = createSignal(false);
  const [edges, setEdges] = createSignal<readonly EdgeFrame[]>([]);
  const [zone, setZone] = createSignal<Zone>("timeline");
  return {
    shot, setShot, clips, setClips, playhead, setPlayhead, speed, setSpeed, range, setRange, loop, setLoop,
    watched, setWatched, sheet, setSheet, queueOpen, setQueueOpen, edges, setEdges, zone, setZone,
  };
}
