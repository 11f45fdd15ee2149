// The timeline: shots in a row, what is said, read and heard beneath them.

import { For, Show, createEffect, createMemo, createSignal, on, onCleanup, onMount, type JSX } from "solid-js";
import { t } from "../../i18n";
import { carried, dragging } from "../../lib/drag";
import { follow } from "../../lib/timeline/scale";
import { useStudio } from "../../state/studio";
import { useView } from "../../state/view";
import { CaptionLane } from "./CaptionLane";
import { provideTimelineCommands } from "./commands";
import { Corner } from "./Corner";
import { pan, pressGround, type Rect } from "./gestures/ground";
import { JobsProvider, createJobs } from "./jobs";
import { LineLane } from "./LineLane";
import { ModelProvider, createTimeline } from "./model";
import { Playhead } from "./Playhead";
import { Ruler } from "./Ruler";
import { ShotLane } from "./ShotLane";
import { SoundLane } from "./SoundLane";
import { TakerProvider, createTaker } from "./taker";
import { NewTrackLane } from "./NewTrackLane";
import "./Timeline.css";

/** How fast turning the wheel zooms. */
const WHEEL_ZOOM = 0.0022;

/** The timeline. */
export function Timeline(): JSX.Element {
  const studio = useStudio();
  const view = useView();
  const model = createTimeline(studio, view);
  const jobs = createJobs(studio);
  const taker = createTaker(view);
  const [surrounded, setSurrounded] = createSignal<Rect | null>(null);
  const [hovered, setHovered] = createSignal<number | null>(null);
  let scroller: HTMLDivElement | undefined;
  let content: HTMLDivElement | undefined;

  // Behind the end there is room to drop something, and to scroll the end to the middle.
  const width = createMemo(() => Math.max(model.width(), Math.round(model.end() * model.zoom() + model.width() * 0.6)));
  const tracks = createMemo(() => model.told().tracks.map((track) => track.id), [], {
    equals: (a, b) => a.length === b.length && a.every((id, index) => id === b[index]),
  });

  provideTimelineCommands(studio, view, model);

  onMount(() => {
    if (!scroller) return;
    model.setScroller(scroller);
    model.measured();
    const sizes = new ResizeObserver(() => model.measured());
    sizes.observe(scroller);
    scroller.addEventListener("wheel", turn, { passive: false });
    onCleanup(() => sizes.disconnect());
  });

  let turned = 0;
  let turnedAt = 0;
  let turning: number | undefined;
  function zoom() {
    model.zoomTo(model.zoom() * Math.exp(-turned * WHEEL_ZOOM), Math.max(0, model.laneX(turnedAt)));
    turned = 0;
    turning = undefined;
  }

  function turn(event: WheelEvent) {
    if (!scroller) return;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      turned += event.deltaY;
      turnedAt = event.clientX;
      // A wheel tells more often than there are frames.
      turning ??= requestAnimationFrame(zoom);
    } else if (!event.shiftKey && event.deltaX === 0 && scroller.scrollHeight <= scroller.clientHeight) {
      // There is nothing above or below: the wheel goes through time.
      event.preventDefault();
      model.scrollTo(model.scroll() + event.deltaY);
    }
  }

  // While it plays, the view turns the page; a playhead that was sent somewhere is brought into view.
  createEffect(
    on(view.playhead, (frame) => {
      if (dragging()) return;
      if (view.speed() === 0) model.revealFrame(frame);
      else {
        const to = follow(model.scroll(), model.width(), model.x(frame));
        if (to !== model.scroll()) model.scrollTo(to);
      }
    }, { defer: true }),
  );

  return (
    <ModelProvider value={model}>
      <JobsProvider value={jobs}>
        <TakerProvider value={taker}>
          <section
            class="timeline"
            classList={{ [`timeline-tool-${model.tool()}`]: true, "timeline-gliding": model.gliding() }}
            aria-label={t("timeline.name")}
            onPointerDown={() => view.setZone("timeline")}
            // What is typed elsewhere belongs to the clips that were selected then: it is done before others are.
            on:pointerdown={{ capture: true, handleEvent: leaveField }}
            onFocusIn={() => view.setZone("timeline")}
          >
            <div
              class="timeline-scroll"
              ref={(element) => (scroller = element)}
              onScroll={() => model.measured()}
              onMouseDown={(event) => {
                // A press does not put the focus on a clip, where the arrow keys would go from clip to clip; it takes it
                // out of the fields, so that single keys work.
                if (event.target instanceof Element && event.target.closest("input, button")) return;
                event.preventDefault();
                scroller?.focus({ preventScroll: true });
              }}
              tabIndex={-1}
              onPointerMove={(event) => model.tool() === "blade" && setHovered(model.laneX(event.clientX) + model.scroll())}
              onPointerLeave={() => setHovered(null)}
            >
              <div
                class="timeline-content"
                ref={(element) => (content = element)}
                style={{ "--timeline-lane-width": `${width()}px` }}
                onPointerDown={(event) => {
                  if (event.button === 1 && scroller) {
                    event.preventDefault();
                    return pan(model, event, scroller);
                  }
                  const target = event.target;
                  if (content && target instanceof Element && target.closest(".lane-body") && !target.closest(NOT_GROUND)) {
                    pressGround(model, view, event, content, setSurrounded);
                  }
                }}
              >
                <div class="lane lane-ruler">
                  <div class="lane-head lane-corner">
                    <Corner />
                  </div>
                  <Ruler />
                </div>
                <ShotLane />
                <LineLane />
                <CaptionLane />
                <For each={tracks()}>{(id) => <SoundLane id={id} />}</For>
                <Show when={tracks().length === 0 || carried()?.kind === "sound"}>
                  <NewTrackLane isFirst={tracks().length === 0} />
                </Show>
                <div class="lane lane-rest" aria-hidden="true">
                  <div class="lane-head" />
                  <div class="lane-body" />
                </div>
                <Playhead />
                <Show when={model.preview()?.snappedTo ?? null}>
                  {(frame) => <div class="timeline-snap" style={{ transform: `translateX(${model.x(frame())}px)` }} />}
                </Show>
                <Show when={model.tool() === "blade" ? hovered() : null}>
                  {(px) => <div class="timeline-blade" style={{ transform: `translateX(${px()}px)` }} />}
                </Show>
                <Show when={surrounded()}>
                  {(rect) => (
                    <div
                      class="timeline-marquee"
                      style={{
                        transform: `translate(${rect().left}px, ${rect().top}px)`,
                        width: `${rect().right - rect().left}px`,
                        height: `${rect().bottom - rect().top}px`,
                      }}
                    />
                  )}
                </Show>
              </div>
            </div>
            <Show when={model.preview()?.note}>
              {(note) => (
                <div class="timeline-note" style={{ transform: `translate(${note().x + 14}px, ${note().y - 34}px)` }}>
                  {note().text}
                </div>
              )}
            </Show>
          </section>
        </TakerProvider>
      </JobsProvider>
    </ModelProvider>
  );
}

/** What lies in the lanes and takes presses itself. */
const NOT_GROUND = ".clip, .gap, .bubble, .caption, .caption-offer, .sound, button, input";

/** Ends the typing in a field outside of what is pressed. */
function leaveField(event: PointerEvent) {
  const field = document.activeElement;
  const pressed = event.currentTarget;
  if (field instanceof HTMLInputElement && pressed instanceof Element && !pressed.contains(field)) field.blur();
}
