// The state of the timeline: the document as the core told it, what a drag makes of it while it lasts, and the view.

import { batch, createContext, createEffect, createMemo, createSignal, on, untrack, useContext, type Accessor, type Setter } from "solid-js";
import { unwrap } from "solid-js/store";
import type { AudioItem, AudioTrack, Caption, Clip, Footage, ShotEntry, TakeView, Timeline, TimelineEdit } from "../../backend";
import { endOf, endOfTrack, type Lengths, type Track } from "../../lib/timeline/clips";
import { clipsWithin } from "../../lib/timeline/pick";
import { drawn, fit, reveal, zoomAbout, type Scale, type Span } from "../../lib/timeline/scale";
import { snapPoints } from "../../lib/timeline/snap";
import { soundEnd } from "../../lib/timeline/sounds";
import type { Studio } from "../../state/studio";
import type { EdgeFrame, View } from "../../state/view";

/** Width of the column with the names of the lanes; `--timeline-heads` in the styles. */
export const HEADS_PX = 116;
/** What is drawn changes in steps of so many pixels of scrolling. */
const CHUNK_PX = 512;
/** The zoom of a fresh window: about the four seconds of a clip in 240 pixels. */
const FIRST_ZOOM = 2.4;
/** The widest view that a project is opened with: a clip can still be read. */
const LEAST_ZOOM = 0.9;

/** Longer than clips glide; `--calm` in the styles. */
const GLIDE_MS = 260;

/** What pressing a clip does. */
export type Tool = "select" | "blade" | "roll" | "slip";

/** What is selected besides clips. */
export type Picked = { kind: "sound" | "caption" | "marker"; id: string } | null;

/** What a drag makes of the timeline while it lasts. */
export interface Preview {
  readonly track?: Track;
  /** Clips that hang on the pointer, and by how many pixels they are off the place they would take. */
  readonly held?: { readonly ids: ReadonlySet<string>; readonly by: number };
  /** Pixels by which all clips are drawn off their place, so that an edge stays under the pointer. */
  readonly shift?: number;
  readonly sound?: { readonly track: string; readonly item: AudioItem };
  readonly caption?: Caption;
  readonly marker?: { readonly id: string; readonly frame: number };
  /** The frames at the edges that are dragged, for the viewer. */
  readonly edges?: readonly EdgeFrame[];
  /** The frame that was snapped to. */
  readonly snappedTo?: number | null;
  /** What to say beside the pointer. */
  readonly note?: { readonly x: number; readonly y: number; readonly text: string };
}

/** The timeline's state. */
export interface TimelineModel {
  /** The document as the core told it: plain objects. */
  readonly told: Accessor<Timeline>;
  /** The document as it is drawn. A drag starts from this: the core may not have answered to the one before. */
  readonly laidOut: Accessor<Timeline>;
  /** The main track as it is drawn. */
  readonly track: Accessor<Track>;
  readonly clip: (id: string) => Clip | undefined;
  readonly shot: (id: string) => ShotEntry | undefined;
  /** The film or picture that a clip shows instead of a shot's take. */
  readonly footage: (id: string) => Footage | undefined;
  /** The number of a shot, as people count. */
  readonly number: (shot: string) => number;
  readonly takesOf: (shot: string) => readonly TakeView[];
  readonly lengths: Lengths;
  readonly end: Accessor<number>;
  /** Clips that are drawn, in the order of the document: what a drag does to the order must not move elements. */
  readonly shown: Accessor<readonly string[]>;
  /** The frames that are drawn. */
  readonly span: Accessor<Span>;
  readonly zoom: Accessor<number>;
  readonly scroll: Accessor<number>;
  readonly width: Accessor<number>;
  readonly preview: Accessor<Preview | null>;
  readonly setPreview: Setter<Preview | null>;
  readonly snapping: Accessor<boolean>;
  readonly setSnapping: Setter<boolean>;
  readonly tool: Accessor<Tool>;
  readonly setTool: Setter<Tool>;
  readonly picked: Accessor<Picked>;
  readonly setPicked: Setter<Picked>;
  /** The clip that was last chosen: ranges start there, and the arrow keys. */
  readonly anchor: Accessor<string | null>;
  readonly setAnchor: Setter<string | null>;
  /** The caption or marker whose words are being written. */
  readonly writing: Accessor<string | null>;
  readonly setWriting: Setter<string | null>;
  /** Whether clips glide to their new places. */
  readonly gliding: Accessor<boolean>;
  /** Left edge of a frame in pixels of the content. */
  readonly x: (frame: number) => number;
  /** Frames that a drag snaps to, without those of `but`. */
  readonly points: (but: ReadonlySet<string>) => readonly number[];
  readonly scale: () => Scale;
  /** A point of the window in pixels from the left edge of the lanes. */
  readonly laneX: (clientX: number) => number;
  readonly setScroller: (element: HTMLElement) => void;
  readonly measured: () => void;
  readonly scrollTo: (px: number) => void;
  readonly revealFrame: (frame: number) => void;
  /** Zooms so that what lies at `px` of the lanes stays there. */
  readonly zoomTo: (zoom: number, px: number) => void;
  /** Takes back what a drag drew. */
  readonly settle: () => void;
  /** Has the core do the edits. What the drag drew stays until the answer is there. Tells whether they were done. */
  readonly commit: (edits: readonly TimelineEdit[], merge?: string) => Promise<boolean>;
}

const NOTHING: Timeline = { track: "magnetic", clips: [], captions: [], tracks: [], markers: [] };
const NO_TAKES: readonly TakeView[] = [];
const NO_EDGES: readonly EdgeFrame[] = [];

const ModelContext = createContext<TimelineModel>();
export const ModelProvider = ModelContext.Provider;

/** The timeline's state, for its parts. */
export function useTimeline(): TimelineModel {
  const model = useContext(ModelContext);
  if (!model) throw new Error("no timeline around this component");
  return model;
}

/** The document with what a drag makes of it. */
function overlaid(told: Timeline, preview: Preview | null): Timeline {
  if (!preview) return told;
  const { track, sound, caption, marker } = preview;
  const others = (one: AudioTrack) => one.items.filter((item) => item.id !== sound?.item.id);
  return {
    ...told,
    ...(track && { clips: [...track.clips] }),
    ...(sound && { tracks: told.tracks.map((one) => ({ ...one, items: one.id === sound.track ? [...others(one), sound.item] : others(one) })) }),
    ...(caption && { captions: told.captions.map((one) => (one.id === caption.id ? caption : one)) }),
    ...(marker && { markers: told.markers.map((one) => (one.id === marker.id ? { ...one, frame: marker.frame } : one)) }),
  };
}

/** The timeline's state. */
export function createTimeline(studio: Studio, view: View): TimelineModel {
  const [zoom, setZoom] = createSignal(FIRST_ZOOM);
  const [scroll, setScroll] = createSignal(0);
  const [width, setWidth] = createSignal(Math.max(1, window.innerWidth - HEADS_PX));
  const [preview, setPreview] = createSignal<Preview | null>(null);
  const [snapping, setSnapping] = createSignal(true);
  const [tool, setTool] = createSignal<Tool>("select");
  const [picked, setPicked] = createSignal<Picked>(null);
  const [anchor, setAnchor] = createSignal<string | null>(null);
  const [writing, setWriting] = createSignal<string | null>(null);
  const [settling, setSettling] = createSignal(false);
  let scroller: HTMLElement | undefined;
  let left = 0;

  // The document is read through the revision and copied once: a store told apart field by field would cost more than
  // all the drawing of a timeline of hundreds of clips.
  const told = createMemo((): Timeline => {
    const project = studio.project();
    if (!project || project.revision < 0) return NOTHING;
    const plain = unwrap(project).timeline;
    return {
      track: plain.track,
      // What lies in the store changes where it lies: a drag must be able to hold on to what was.
      clips: plain.clips.map((clip) => (clip.look ? { ...clip, look: structuredClone(clip.look) } : { ...clip })),
      footage: plain.footage?.map((one) => ({ ...one })) ?? [],
      captions: plain.captions.map((one) => ({ ...one })),
      tracks: plain.tracks.map((one) => ({ ...one, items: one.items.map((item) => ({ ...item })) })),
      markers: plain.markers.map((one) => ({ ...one })),
    };
  });
  const shots = createMemo(() => {
    const project = studio.project();
    return new Map((project && project.revision >= 0 ? unwrap(project).shots : []).map((shot, index) => [shot.id, { shot, index }]));
  });
  const footage = createMemo(() => new Map((told().footage ?? []).map((one) => [one.id, one])));
  const takes = createMemo(() => {
    const project = studio.project();
    const found = new Map<string, TakeView[]>();
    for (const take of project && project.revision >= 0 ? unwrap(project).takes : []) {
      const known = found.get(take.shot);
      if (known) known.push(take);
      else found.set(take.shot, [take]);
    }
    return found;
  });

  const laidOut = () => overlaid(told(), preview());
  const track = createMemo((): Track => preview()?.track ?? told());
  const byId = createMemo(() => new Map(track().clips.map((clip) => [clip.id, clip])));
  const pixels = createMemo(() => drawn(scroll(), width(), CHUNK_PX), undefined, {
    equals: (a, b) => a.from === b.from && a.to === b.to,
  });
  const span = createMemo((): Span => ({ from: pixels().from / zoom(), to: pixels().to / zoom() }));
  const shown = createMemo(
    (): readonly string[] => {
      const now = preview();
      const within = new Set(clipsWithin(track().clips, span()).map((clip) => clip.id));
      for (const id of now?.held?.ids ?? []) within.add(id);
      const inOrder = (now?.track ? told() : track()).clips.filter((clip) => within.delete(clip.id)).map((clip) => clip.id);
      return [...inOrder, ...within];
    },
    [],
    { equals: (a, b) => a.length === b.length && a.every((id, index) => id === b[index]) },
  );
  const ends = createMemo(() => {
    const sounds = told().tracks.flatMap((one) => one.items.map(soundEnd));
    return Math.max(endOfTrack(track().clips), ...sounds, 0);
  });

  // Another project is shown from its beginning, as much of it as can be read.
  createEffect(
    on(
      () => studio.project()?.id,
      () => {
        setZoom(Math.min(FIRST_ZOOM, Math.max(LEAST_ZOOM, fit(untrack(ends), untrack(width)))));
        scrollTo(0);
      },
    ),
  );

  // A selection of what is gone would delete something else.
  createEffect(() => {
    const known = byId();
    const gone = [...view.clips()].filter((id) => !known.has(id));
    if (gone.length > 0 && !preview()) view.setClips((now) => new Set([...now].filter((id) => known.has(id))));
  });

  createEffect(() => view.setEdges(preview()?.edges ?? NO_EDGES));

  const scale = (): Scale => ({ zoom: zoom(), scroll: scroll() });

  function scrollTo(px: number) {
    const to = Math.max(0, Math.round(px));
    if (scroller) scroller.scrollLeft = to;
    setScroll(scroller?.scrollLeft ?? to);
  }

  /** Lets go of what a drag drew; clips that are off their place glide there. */
  function settle() {
    if (preview()?.shift || preview()?.held) {
      setSettling(true);
      setTimeout(() => setSettling(false), GLIDE_MS);
    }
    setPreview(null);
  }

  return {
    told,
    laidOut,
    track,
    clip: (id) => byId().get(id),
    shot: (id) => shots().get(id)?.shot,
    footage: (id) => footage().get(id),
    number: (id) => (shots().get(id)?.index ?? -1) + 1,
    takesOf: (id) => takes().get(id) ?? NO_TAKES,
    lengths: (id) => footage().get(id)?.frames ?? shots().get(id)?.shot.frames,
    end: ends,
    shown,
    span,
    zoom,
    scroll,
    width,
    preview,
    setPreview,
    snapping,
    setSnapping,
    tool,
    setTool,
    picked,
    setPicked,
    anchor,
    setAnchor,
    writing,
    setWriting,
    gliding: () => settling() || preview()?.held !== undefined,
    x: (frame) => Math.round(frame * zoom()),
    points(but) {
      if (!snapping()) return [];
      const { clips, tracks, markers } = told();
      const range = view.range();
      const frames = [0, view.playhead()];
      for (const clip of clips) if (!but.has(clip.id)) frames.push(clip.start, endOf(clip));
      for (const one of tracks) for (const item of one.items) if (!but.has(item.id)) frames.push(item.start, soundEnd(item));
      for (const marker of markers) if (!but.has(marker.id)) frames.push(marker.frame);
      for (const mark of [range.in, range.out]) if (mark !== null) frames.push(mark);
      return snapPoints(frames);
    },
    scale,
    laneX: (clientX) => clientX - left - HEADS_PX,
    setScroller(element) {
      scroller = element;
    },
    measured() {
      if (!scroller) return;
      const { scrollLeft, clientWidth } = scroller;
      // Asked for once: it would be laid out again for every move of a drag.
      left = scroller.getBoundingClientRect().left;
      batch(() => {
        setScroll(scrollLeft);
        setWidth(Math.max(1, clientWidth - HEADS_PX));
      });
    },
    scrollTo,
    revealFrame: (frame) => {
      const to = reveal(scroll(), width(), Math.round(frame * zoom()), 48);
      if (to !== scroll()) scrollTo(to);
    },
    zoomTo(to, px) {
      const next = zoomAbout(scale(), to, px);
      setZoom(next.zoom);
      // The content has its new width by now, so it can be scrolled that far.
      scrollTo(next.scroll);
    },
    settle,
    async commit(edits, merge) {
      if (edits.length === 0) {
        setPreview(null);
        return true;
      }
      const drawnNow = preview();
      if (drawnNow) {
        const { note: _note, snappedTo: _snappedTo, edges: _edges, held, ...rest } = drawnNow;
        setPreview(held ? { ...rest, held: { ids: held.ids, by: 0 } } : rest);
      }
      const kept = preview();
      const answer = await studio.act("timeline.edit", { edits: [...edits], ...(merge !== undefined && { merge }) });
      if (answer) await arrived(studio, answer.revision);
      if (preview() === kept) settle();
      return answer !== undefined;
    },
  };
}

/** Waits until the window's copy of the project is as new as `revision`; not for ever, as the project may be closed. */
async function arrived(studio: Studio, revision: number): Promise<void> {
  for (let waited = 0; waited < 60; waited += 1) {
    const now = studio.project();
    if (!now || now.revision >= revision) return;
    await new Promise((resolve) => setTimeout(resolve, 16));
  }
}
