// Pressing what lies around the clips: the ruler, markers, the in and out point, and empty ground.

import { startDrag } from "../../../lib/drag";
import { endOf } from "../../../lib/timeline/clips";
import { boundaryNear, frameUnder } from "../../../lib/timeline/scale";
import { snap } from "../../../lib/timeline/snap";
import type { View } from "../../../state/view";
import type { TimelineModel } from "../model";
import { dragOverLanes } from "./lanes";

/** A rectangle in pixels of the content. */
export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The ruler or the playhead was pressed: the playhead goes there and follows the pointer. Shift snaps it to cuts. */
export function pressRuler(model: TimelineModel, view: View, event: PointerEvent): void {
  if (event.button !== 0) return;
  view.setWatched({ kind: "timeline" });
  const origin = model.laneX(event.clientX) + model.scroll();
  dragOverLanes(
    model,
    event,
    {
      move(by, point) {
        const frame = frameUnder({ zoom: model.zoom(), scroll: 0 }, origin + by);
        const snapped = point.shift ? snap([frame], 0, cutsOf(model), model.zoom()).by : 0;
        view.setPlayhead(frame + snapped);
      },
      end: () => undefined,
    },
    0,
  );
}

const cutsOf = (model: TimelineModel) => model.points(new Set()).filter((frame, index, all) => all.indexOf(frame) === index);

/** A marker was pressed. */
export function pressMarker(model: TimelineModel, view: View, event: PointerEvent, id: string): void {
  if (event.button !== 0) return;
  const marker = model.laidOut().markers.find((one) => one.id === id);
  if (!marker) return;
  let frame = marker.frame;
  dragOverLanes(model, event, {
    move(by) {
      const snapped = snap([marker.frame], Math.round(by / model.zoom()), model.points(new Set([id])), model.zoom());
      frame = Math.max(0, marker.frame + snapped.by);
      model.setPreview({ marker: { id, frame }, snappedTo: snapped.at });
    },
    end: () => void model.commit(frame === marker.frame ? [] : [{ kind: "put_marker", marker: { ...marker, frame } }]),
    cancel: () => model.settle(),
    click() {
      view.setPlayhead(marker.frame);
      model.setPicked({ kind: "marker", id });
    },
  });
}

/** The in or out point was pressed. */
export function pressMark(model: TimelineModel, view: View, event: PointerEvent, which: "in" | "out"): void {
  if (event.button !== 0) return;
  const before = view.range();
  const from = before[which];
  if (from === null) return;
  dragOverLanes(
    model,
    event,
    {
      move(by) {
        const snapped = snap([from], Math.round(by / model.zoom()), model.points(new Set()), model.zoom());
        const frame = Math.max(0, from + snapped.by);
        const other = which === "in" ? before.out : before.in;
        const kept = other === null ? frame : which === "in" ? Math.min(frame, other - 1) : Math.max(frame, other + 1);
        view.setRange({ ...before, [which]: Math.max(0, kept) });
      },
      end: () => undefined,
      cancel: () => view.setRange(before),
    },
    2,
  );
}

/** Empty ground was pressed: a click sets the playhead and selects nothing, a drag selects what it surrounds. */
export function pressGround(
  model: TimelineModel,
  view: View,
  event: PointerEvent,
  content: HTMLElement,
  show: (rect: Rect | null) => void,
): void {
  if (event.button !== 0) return;
  const before = view.clips();
  const isAdding = event.shiftKey || event.ctrlKey || event.metaKey;
  const bounds = () => content.getBoundingClientRect();
  const start = { x: event.clientX - bounds().left, y: event.clientY - bounds().top };
  const lane = content.querySelector(".shot-lane");
  dragOverLanes(model, event, {
    move(_by, point) {
      const now = bounds();
      const end = { x: point.x - now.left, y: point.y - now.top };
      const rect = {
        left: Math.min(start.x, end.x),
        right: Math.max(start.x, end.x),
        top: Math.min(start.y, end.y),
        bottom: Math.max(start.y, end.y),
      };
      show(rect);
      const row = lane?.getBoundingClientRect();
      const reachesRow = row !== undefined && rect.top < row.bottom - now.top && rect.bottom > row.top - now.top;
      const heads = content.querySelector<HTMLElement>(".lane-head")?.offsetWidth ?? 0;
      const within = reachesRow
        ? model
            .track()
            .clips.filter((clip) => {
              const from = clip.start * model.zoom() + heads;
              const to = endOf(clip) * model.zoom() + heads;
              return from < rect.right && to > rect.left;
            })
            .map((clip) => clip.id)
        : [];
      view.setClips(new Set(isAdding ? [...before, ...within] : within));
    },
    end: () => show(null),
    cancel() {
      show(null);
      view.setClips(before);
    },
    click(point) {
      if (isAdding) return;
      view.setClips(new Set<string>());
      model.setPicked(null);
      view.setPlayhead(boundaryNear(model.scale(), model.laneX(point.x)));
    },
  });
}

/** The middle button was pressed: the lanes go with the pointer. */
export function pan(model: TimelineModel, event: PointerEvent, rows: HTMLElement): void {
  const left = model.scroll();
  const top = rows.scrollTop;
  startDrag(
    event,
    {
      move(point) {
        model.scrollTo(left - point.dx);
        rows.scrollTop = top - point.dy;
      },
      end: () => undefined,
    },
    0,
  );
}
