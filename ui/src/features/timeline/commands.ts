// What can be done on the timeline from the keyboard, a menu or the shortcut sheet.

import { batch } from "solid-js";
import type { Clip, TimelineEdit } from "../../backend";
import type { Key } from "../../i18n";
import { newId } from "../../lib/id";
import { clipBefore, faded, lookEdits, lookOf } from "../../lib/look";
import { RATE } from "../../lib/timecode";
import { cutAt, endOf, endOfTrack } from "../../lib/timeline/clips";
import { frameAfter } from "../../lib/timeline/pace";
import { beside, clipAt } from "../../lib/timeline/pick";
import { stepped } from "../../lib/timeline/reorder";
import { ZOOM_STEP, fit } from "../../lib/timeline/scale";
import { provideCommands, type Command } from "../../state/commands";
import type { Studio } from "../../state/studio";
import type { View } from "../../state/view";
import { selectClip } from "./gestures/clips";
import { addShot, captionLines, continueFrom, writeCaption } from "./make";
import type { TimelineModel, Tool } from "./model";

/** A cross-fade that was just made. */
const CROSS_FRAMES = Math.floor(RATE / 2);

/** A command of the timeline, by the key of its name in the interface. */
type NameIn<K extends string> = K extends `command.timeline.${infer Name}` ? Name : never;
type Name = NameIn<Key>;

/** Registers the commands of the timeline for as long as the calling component lives. */
export function provideTimelineCommands(studio: Studio, view: View, model: TimelineModel): void {
  const isOpen = () => studio.project() !== null;
  const clips = () => model.told().clips;
  const selected = (): readonly Clip[] => clips().filter((clip) => view.clips().has(clip.id));
  /** What a command for one clip means: the selected one, or the one under the playhead. */
  const meant = (): Clip | undefined => {
    const chosen = selected();
    return chosen.length === 1 ? chosen[0] : (chosen.find((clip) => clip.id === model.anchor()) ?? atPlayhead());
  };
  const atPlayhead = () => clipAt(clips(), view.playhead());
  const commit = (edits: readonly TimelineEdit[], merge?: string) => void model.commit(edits, merge);

  const command = (name: Name, run: () => void, enabled: () => boolean = isOpen): Command => ({
    id: `timeline.${name}`,
    title: `command.timeline.${name}`,
    run,
    enabled,
  });
  const tool = (name: Tool) => command(`tool_${name}`, () => model.setTool(name));

  function remove(gap: "close" | "leave") {
    const picked = model.picked();
    if (picked) {
      model.setPicked(null);
      if (picked.kind === "sound") commit([{ kind: "delete_audio", id: picked.id }]);
      else if (picked.kind === "caption") commit([{ kind: "delete_caption", id: picked.id }]);
      else commit([{ kind: "delete_marker", id: picked.id }]);
      return;
    }
    const ids = selected().map((clip) => clip.id);
    if (ids.length === 0) return;
    const first = clips().findIndex((clip) => clip.id === ids[0]);
    const next = clips().find((clip, index) => index > first && !ids.includes(clip.id)) ?? clips()[first - 1];
    view.setClips(new Set<string>());
    void model.commit([{ kind: "delete", clips: ids, gap }]).then((done) => {
      // Where keys act next: on what took the place.
      if (done && next) selectClip(model, view, next.id, "only");
    });
  }

  function trimTo(edge: "in" | "out") {
    const clip = cutAt(clips(), view.playhead()) ?? atPlayhead();
    if (!clip) return;
    const to = frameAfter(clip, view.playhead() - clip.start);
    commit([{ kind: "trim", clip: clip.id, edge, to }]);
    // What was cut away before the playhead closes up, and the playhead with it.
    if (edge === "in" && model.told().track === "magnetic") view.setPlayhead(clip.start);
  }

  /** Where a key that is held down has brought an edge, until the core has told of it. */
  let nudged: { merge: string; to: number } | null = null;

  function nudge(edge: "in" | "out", by: number) {
    const clip = meant();
    if (!clip) return;
    const merge = `trim ${edge} ${clip.id}`;
    const now = { merge, to: Math.max(0, (nudged?.merge === merge ? nudged.to : clip[edge]) + by) };
    nudged = now;
    void model.commit([{ kind: "trim", clip: clip.id, edge, to: now.to }], merge).then(() => {
      if (nudged === now) nudged = null;
    });
  }

  /** The clip whose shot a new one can go on from: films and pictures from elsewhere have none. */
  function continuable(): Clip | undefined {
    const clip = meant() ?? clips().at(-1);
    return clip && model.shot(clip.shot) ? clip : undefined;
  }

  function swapTake(by: 1 | -1) {
    const clip = meant();
    const shot = clip && model.shot(clip.shot);
    if (!clip || !shot) return;
    const takes = model.takesOf(clip.shot);
    const index = takes.findIndex((take) => take.id === shot.take);
    const next = takes[(index + by + takes.length) % takes.length];
    if (next && takes.length > 1) void studio.act("shot.choose_take", { shot: shot.id, take: next.id });
  }

  function step(by: 1 | -1) {
    const clip = meant();
    const edit = clip && stepped(model.told(), clip.id, by);
    if (edit) commit([edit]);
  }

  function zoom(by: number) {
    const at = model.x(view.playhead()) - model.scroll();
    model.zoomTo(model.zoom() * by, at >= 0 && at <= model.width() ? at : model.width() / 2);
  }

  const hasSelection = () => isOpen() && (view.clips().size > 0 || model.picked() !== null);
  const hasMeant = () => meant() !== undefined;
  const hasTakes = () => {
    const clip = meant();
    return clip !== undefined && model.takesOf(clip.shot).length > 1;
  };

  provideCommands([
    command("select_at_playhead", () => {
      const clip = atPlayhead();
      if (clip) selectClip(model, view, clip.id, "only");
    }, () => atPlayhead() !== undefined),
    command("select_all", () => view.setClips(new Set(clips().map((clip) => clip.id))), () => clips().length > 0),
    command("deselect", () => {
      batch(() => {
        view.setClips(new Set<string>());
        model.setPicked(null);
        model.setTool("select");
      });
    }, () => hasSelection() || model.tool() !== "select"),
    command("split", () => commit([{ kind: "split", at: view.playhead() }]), () => cutAt(clips(), view.playhead()) !== undefined),
    command("trim_head", () => trimTo("in"), () => cutAt(clips(), view.playhead()) !== undefined),
    command("trim_tail", () => trimTo("out"), () => cutAt(clips(), view.playhead()) !== undefined),
    command("ripple_delete", () => remove("close"), hasSelection),
    command("lift", () => remove("leave"), hasSelection),
    command("duplicate", () => {
      const clip = meant();
      if (clip) commit([{ kind: "duplicate", clip: clip.id }]);
    }, hasMeant),
    command("previous_take", () => swapTake(-1), hasTakes),
    command("next_take", () => swapTake(1), hasTakes),
    command("earlier", () => step(-1), hasMeant),
    command("later", () => step(1), hasMeant),
    command("shorter", () => nudge("out", -1), hasMeant),
    command("longer", () => nudge("out", 1), hasMeant),
    command("head_earlier", () => nudge("in", -1), hasMeant),
    command("head_later", () => nudge("in", 1), hasMeant),
    command("roll_earlier", () => rollBy(-1), hasMeant),
    command("roll_later", () => rollBy(1), hasMeant),
    command("slip_earlier", () => slipBy(-1), hasMeant),
    command("slip_later", () => slipBy(1), hasMeant),
    command("generate_here", () => {
      const at = view.playhead();
      const gap = clipAt(clips(), at) === undefined && at < endOfTrack(clips());
      const next = clips().find((clip) => clip.start > at);
      void addShot(studio, view, { at, frames: gap && next ? next.start - at : null });
    }),
    command("continue", () => {
      const clip = continuable();
      if (clip) void continueFrom(studio, view, clip.id);
    }, () => continuable() !== undefined),
    command("captions", () => {
      const chosen = selected();
      void captionLines(studio, model, chosen.length > 0 ? chosen : clips());
    }, () => clips().length > 0),
    command("caption", () => {
      const clip = atPlayhead();
      if (clip) void writeCaption(studio, model, clip, view.playhead());
    }, () => atPlayhead() !== undefined),
    command("fade_in", () => fadeTo("fade_in"), () => cutAt(clips(), view.playhead()) !== undefined),
    command("fade_out", () => fadeTo("fade_out"), () => cutAt(clips(), view.playhead()) !== undefined),
    command("cross_fade", crossFade, () => crossable().length > 0),
    command("marker", () => {
      const frame = view.playhead();
      const there = model.told().markers.find((marker) => marker.frame === frame);
      if (there) {
        model.setPicked({ kind: "marker", id: there.id });
        return void model.setWriting(there.id);
      }
      const id = newId();
      void model.commit([{ kind: "put_marker", marker: { id, frame, text: "" } }]);
    }),
    command("snap", () => model.setSnapping((now) => !now)),
    command("magnetic", () =>
      commit([{ kind: "set_track", track: model.told().track === "magnetic" ? "free" : "magnetic" }]),
    ),
    tool("select"),
    tool("blade"),
    tool("roll"),
    tool("slip"),
    command("zoom_in", () => zoom(ZOOM_STEP)),
    command("zoom_out", () => zoom(1 / ZOOM_STEP)),
    command("fit", () => {
      model.zoomTo(fit(model.end(), model.width()), 0);
      model.scrollTo(0);
    }),
    command("previous_clip", () => go(-1, "only"), () => clips().length > 0),
    command("next_clip", () => go(1, "only"), () => clips().length > 0),
    command("extend_back", () => go(-1, "range"), () => clips().length > 0),
    command("extend_forward", () => go(1, "range"), () => clips().length > 0),
  ]);

  /** The clip under the playhead comes until there, or goes from there on. */
  function fadeTo(fade: "fade_in" | "fade_out") {
    const clip = cutAt(clips(), view.playhead());
    if (!clip) return;
    const frames = fade === "fade_in" ? view.playhead() - clip.start : endOf(clip) - view.playhead();
    // A second time at the same place takes it back.
    const wanted = lookOf(clip)[fade] === frames ? 0 : frames;
    commit(lookEdits([clip], (_look, one) => faded(one, fade, wanted)));
  }

  /** The clips that are meant, as far as another one touches their beginning. */
  function crossable(): readonly Clip[] {
    const chosen = selected();
    const here = meant();
    return (chosen.length > 1 ? chosen : here ? [here] : []).filter((clip) => clipBefore(clips(), clip.id) !== null);
  }

  function crossFade() {
    const some = crossable();
    const frames = some.every((clip) => lookOf(clip).cross_fade > 0) ? 0 : CROSS_FRAMES;
    commit(lookEdits(some, (look, clip) => (frames > 0 && look.cross_fade > 0 ? look : faded(clip, "cross_fade", frames))));
  }

  function rollBy(by: number) {
    const clip = meant();
    if (clip) commit([{ kind: "roll", left: clip.id, by }], `roll ${clip.id}`);
  }

  function slipBy(by: number) {
    const clip = meant();
    if (clip) commit([{ kind: "slip", clip: clip.id, by }], `slip ${clip.id}`);
  }

  /** The clip that the arrow keys came to last: the end of a range that grows. */
  let reached: string | null = null;

  function go(by: 1 | -1, how: "only" | "range") {
    const from = how === "range" && reached !== null && view.clips().has(reached) ? reached : model.anchor();
    const next = beside(clips(), from ?? atPlayhead()?.id ?? null, by);
    if (!next) return;
    reached = next.id;
    selectClip(model, view, next.id, how);
    model.revealFrame(by > 0 ? endOf(next) : next.start);
    // The focus goes along where it is on a clip, so that it is told to those who listen.
    if (document.activeElement?.matches(".clip")) {
      queueMicrotask(() => document.getElementById(`clip-${next.id}`)?.focus({ preventScroll: true }));
    }
  }
}
