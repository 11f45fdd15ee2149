// The frame of the selected clip over the picture, to be moved and pulled at its corners. It is there while the clip's own
// settings are open, the playhead stands on it and nothing runs.

import { For, Show, createMemo, type JSX } from "solid-js";
import { unwrap } from "solid-js/store";
import type { Area, Clip } from "../../backend";
import { t } from "../../i18n";
import { startDrag, type DragPoint } from "../../lib/drag";
import { footageOf } from "../../lib/footage";
import { CORNERS, lookOf, movedBy, pulled, type Corner } from "../../lib/look";
import { endOf } from "../../lib/timeline/clips";
import { useStudio } from "../../state/studio";
import { useView } from "../../state/view";
import { part } from "../shot/part";
import { createLive } from "./live";
import "./Handles.css";

/** How far the arrow keys move, in fractions of the canvas; with shift ten times as far. */
const STEP = 0.01;

/** The frame of the selected clip over the picture. */
export function Handles(): JSX.Element {
  const studio = useStudio();
  const view = useView();
  const clip = createMemo((): Clip | null => {
    const project = studio.project();
    const [id, ...more] = view.clips();
    if (!project || project.revision < 0 || id === undefined || more.length > 0) return null;
    if (view.watched().kind !== "timeline" || view.speed() !== 0) return null;
    const found = unwrap(project).timeline.clips.find((one) => one.id === id);
    if (!found || (part() !== "clip" && !footageOf(project, found))) return null;
    // Copied: what lies in the store changes where it lies, and a drag begins at what was.
    return found.start <= view.playhead() && view.playhead() < endOf(found) ? structuredClone(found) : null;
  });
  const live = createLive(studio, () => {
    const found = clip();
    return found ? [found] : [];
  });
  const frame = (): Area | null => {
    const [shown] = live.clips();
    return shown ? lookOf(shown).frame : null;
  };
  const put = (area: Area) => live.look((look) => ({ ...look, frame: area }));
  let canvas: HTMLDivElement | undefined;

  function drag(event: PointerEvent, to: (from: Area, by: { x: number; y: number }, point: DragPoint) => Area) {
    const from = frame();
    const size = canvas?.getBoundingClientRect();
    if (event.button !== 0 || !from || !size) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus({ preventScroll: true });
    startDrag(
      event,
      {
        begin: live.begin,
        move: (point) => put(to(from, { x: point.dx / size.width, y: point.dy / size.height }, point)),
        end: () => undefined,
        cancel: () => put(from),
      },
      2,
    );
  }
  /** The way that an arrow key means; nothing for other keys. */
  function way(event: KeyboardEvent): { x: number; y: number } | null {
    if (event.ctrlKey || event.metaKey || event.altKey) return null;
    const far = event.shiftKey ? STEP * 10 : STEP;
    const found = { ArrowLeft: { x: -far, y: 0 }, ArrowRight: { x: far, y: 0 }, ArrowUp: { x: 0, y: -far }, ArrowDown: { x: 0, y: far } }[event.key];
    if (!found) return null;
    event.preventDefault();
    event.stopPropagation();
    return found;
  }
  const percent = (value: number) => `${value * 100}%`;
  /** Corners at the picture's edge, or outside of it, stay inside, where they can be seen and pulled. */
  const inside = (value: number) => `clamp(12px, ${percent(value)}, calc(100% - 12px))`;
  const corner = (area: Area, at: Corner) => ({
    left: inside(at.endsWith("w") ? area.x : area.x + area.w),
    top: inside(at.startsWith("n") ? area.y : area.y + area.h),
  });

  return (
    <Show when={frame()}>
      {(area) => (
        <div class="handles" ref={(element) => (canvas = element)}>
          <div
            class="handles-frame"
            style={{ left: percent(area().x), top: percent(area().y), width: percent(area().w), height: percent(area().h) }}
            role="button"
            tabIndex={0}
            aria-label={t("look.handle_move")}
            onPointerDown={(event) => drag(event, (from, by, point) => movedBy(from, by, point.shift ? "passes" : "meets"))}
            onFocus={live.begin}
            onKeyDown={(event) => {
              const by = way(event);
              if (by) put(movedBy(area(), by, "passes"));
            }}
          />
          <For each={CORNERS}>
            {(at) => (
              <div
                class={`handles-corner handles-corner-${at}`}
                style={corner(area(), at)}
                role="button"
                tabIndex={at === "se" ? 0 : -1}
                aria-label={t("look.handle_size")}
                onPointerDown={(event) => drag(event, (from, by) => pulled(from, at, by))}
                onFocus={live.begin}
                onKeyDown={(event) => {
                  const by = way(event);
                  if (by) put(pulled(area(), at, by));
                }}
              />
            )}
          </For>
        </div>
      )}
    </Show>
  );
}
