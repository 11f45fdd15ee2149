// What is played and where it stands. The timeline's playhead lives in the view state; a take that is watched alone has
// a place of its own. The pictures themselves are moved by the viewer, which follows `speed` and `frame`.

import { createContext, createEffect, createMemo, createSignal, on, useContext, type Accessor } from "solid-js";
import { NOTHING, programmeOfTake, programmeOfTimeline, cuts, type Programme } from "../lib/programme";
import { RATE } from "../lib/timecode";
import { provideCommands } from "./commands";
import type { Layout } from "./layout";
import type { Studio } from "./studio";
import type { View } from "./view";

/** Speeds that J and L go through. */
const SPEEDS = [1, 2, 4, 8];

/** What is played, and the ways to move in it. */
export interface Player {
  readonly programme: Accessor<Programme>;
  /** Where it stands, in frames of the programme. */
  readonly frame: Accessor<number>;
  /** Goes to a frame; what plays goes on from there. */
  seek(frame: number): void;
  /** Moves by frames, and stops. */
  step(by: number): void;
  toggle(): void;
  /** Faster in a direction, as J and L do; 0 stops. */
  shuttle(direction: -1 | 0 | 1): void;
  /** What is played over and over, or to its end. */
  readonly bounds: Accessor<{ from: number; to: number }>;
  /** From 0 to 1. */
  readonly volume: Accessor<number>;
  setVolume(to: number): void;
  readonly isMuted: Accessor<boolean>;
  mute(muted: boolean): void;
}

const PlayerContext = createContext<Player>();
export const PlayerProvider = PlayerContext.Provider;

/** The player, for components. */
export function usePlayer(): Player {
  const player = useContext(PlayerContext);
  if (!player) throw new Error("no player around this component");
  return player;
}

/** The player of a window. */
export function createPlayer(studio: Studio, view: View, layout: Layout): Player {
  const [takeFrame, setTakeFrame] = createSignal(0);
  const [isMuted, setMuted] = createSignal(false);
  const isTimeline = () => view.watched().kind === "timeline";

  const programme = createMemo((): Programme => {
    const project = studio.project();
    const watched = view.watched();
    if (!project) return NOTHING;
    if (watched.kind === "timeline") return programmeOfTimeline(project);
    const id = watched.kind === "take" ? watched.take : watched.takes[0];
    const take = project.takes.find((other) => other.id === id);
    return take ? programmeOfTake(take) : NOTHING;
  });
  const frame = () => (isTimeline() ? view.playhead() : takeFrame());
  const seek = (to: number) => {
    const whole = Math.max(0, Math.round(to));
    if (isTimeline()) view.setPlayhead(whole);
    else setTakeFrame(Math.min(whole, Math.max(0, programme().length - 1)));
  };
  const range = () => (isTimeline() ? view.range() : { in: null, out: null });
  const bounds = () => ({ from: range().in ?? 0, to: range().out ?? programme().length });

  // Another thing to watch begins at its beginning and stands.
  createEffect(
    on(
      () => JSON.stringify(view.watched()),
      () => {
        view.setSpeed(0);
        setTakeFrame(0);
      },
      { defer: true },
    ),
  );

  const player: Player = {
    programme,
    frame,
    seek,
    step(by) {
      view.setSpeed(0);
      seek(frame() + by);
    },
    toggle() {
      if (view.speed() !== 0) {
        view.setSpeed(0);
        return;
      }
      const { from, to } = bounds();
      const end = programme().length - 1;
      // At the out point it begins at the in point again.
      if (frame() >= end) seek(view.loop() ? from : 0);
      else if (frame() === to - 1) seek(from);
      if (programme().length > 0) view.setSpeed(1);
    },
    shuttle(direction) {
      const now = view.speed();
      if (direction === 0) view.setSpeed(0);
      else if (Math.sign(now) !== direction) view.setSpeed(direction);
      else view.setSpeed(direction * (SPEEDS[SPEEDS.indexOf(Math.abs(now)) + 1] ?? Math.max(...SPEEDS)));
    },
    bounds,
    volume: () => layout.number("volume", 1),
    setVolume(to) {
      setMuted(false);
      layout.setNumber("volume", Math.round(Math.min(1, Math.max(0, to)) * 100) / 100);
    },
    isMuted,
    mute: (muted) => setMuted(muted),
  };

  const toCut = (direction: -1 | 1) => {
    const at = frame();
    const all = cuts(programme());
    const next = direction > 0 ? all.find((cut) => cut > at) : all.findLast((cut) => cut < at);
    if (next !== undefined) player.step(next - at);
  };
  const mark = (edge: "in" | "out") => {
    const { in: from, out: to } = view.range();
    // The out point is the first frame that is no longer in.
    if (edge === "in") view.setRange({ in: frame(), out: to !== null && to <= frame() ? null : to });
    else view.setRange({ in: from !== null && from > frame() ? null : from, out: frame() + 1 });
  };

  provideCommands([
    { id: "transport.play", title: "transport.play", run: player.toggle },
    { id: "transport.back", title: "transport.back", run: () => player.shuttle(-1) },
    { id: "transport.stop", title: "transport.stop", run: () => player.shuttle(0) },
    { id: "transport.forward", title: "transport.forward", run: () => player.shuttle(1) },
    { id: "transport.frame_back", title: "transport.frame_back", run: () => player.step(-1) },
    { id: "transport.frame_forward", title: "transport.frame_forward", run: () => player.step(1) },
    { id: "transport.second_back", title: "transport.second_back", run: () => player.step(-RATE) },
    { id: "transport.second_forward", title: "transport.second_forward", run: () => player.step(RATE) },
    { id: "transport.start", title: "transport.start", run: () => player.step(-frame()) },
    { id: "transport.end", title: "transport.end", run: () => player.step(Math.max(0, programme().length - 1) - frame()) },
    { id: "transport.cut_back", title: "transport.cut_back", run: () => toCut(-1) },
    { id: "transport.cut_forward", title: "transport.cut_forward", run: () => toCut(1) },
    { id: "transport.mark_in", title: "transport.mark_in", run: () => mark("in") },
    { id: "transport.mark_out", title: "transport.mark_out", run: () => mark("out") },
    { id: "transport.go_to_in", title: "transport.go_to_in", run: () => player.step((view.range().in ?? 0) - frame()) },
    {
      id: "transport.go_to_out",
      title: "transport.go_to_out",
      run: () => player.step((view.range().out ?? programme().length) - 1 - frame()),
    },
    { id: "transport.clear_marks", title: "transport.clear_marks", run: () => view.setRange({ in: null, out: null }) },
    { id: "transport.loop", title: "transport.loop", run: () => view.setLoop((on) => !on) },
    { id: "transport.mute", title: "transport.mute", run: () => setMuted((on) => !on) },
  ]);
  return player;
}
