// The main track: clips in a row, and where the next one could go.

import { For, Show, createMemo, onCleanup, onMount, type JSX } from "solid-js";
import { t } from "../../i18n";
import { seconds } from "../../lib/timecode";
import { endOfTrack, gaps } from "../../lib/timeline/clips";
import { useStudio } from "../../state/studio";
import { ClipBox } from "./ClipBox";
import { acceptShots } from "./drop";
import { GapBox } from "./GapBox";
import { useTimeline } from "./model";

/** Gaps that are narrower are left empty. */
const GAP_PX = 44;
/** Width of the offer behind the last clip. */
const END_PX = 218;

/** The main track. */
export function ShotLane(): JSX.Element {
  const studio = useStudio();
  const model = useTimeline();
  let lane: HTMLDivElement | undefined;
  const isMagnetic = () => model.told().track === "magnetic";
  const end = createMemo(() => endOfTrack(model.track().clips));
  const open = createMemo(() => gaps(model.track()).filter((gap) => gap.frames * model.zoom() >= GAP_PX));
  const isDragging = () => model.preview() !== null;

  onMount(() => {
    if (lane) acceptShots(lane, studio, model);
  });
  onCleanup(() => model.setPreview(null));

  return (
    <div class="lane lane-shots">
      <div class="lane-head">
        <span class="lane-name">{t("timeline.shots")}</span>
        <button
          type="button"
          class="lane-switch"
          aria-pressed={isMagnetic()}
          data-tip={t(isMagnetic() ? "timeline.magnetic_hint" : "timeline.free_hint")}
          onClick={() => void model.commit([{ kind: "set_track", track: isMagnetic() ? "free" : "magnetic" }])}
        >
          {t(isMagnetic() ? "timeline.magnetic" : "timeline.free")}
        </button>
      </div>
      <div ref={(element) => (lane = element)} class="lane-body shot-lane">
        <div class="shot-list" role="listbox" aria-label={t("timeline.clips")} aria-multiselectable="true" aria-orientation="horizontal">
          <For each={model.shown()}>{(id) => <ClipBox id={id} />}</For>
        </div>
        <Show when={studio.project() !== null}>
          <For each={open()}>
            {(gap) => (
              <GapBox
                at={gap.start}
                frames={gap.frames}
                before={gap.before}
                x={model.x(gap.start)}
                width={model.x(gap.start + gap.frames) - model.x(gap.start) - 3}
              />
            )}
          </For>
          <Show when={!isDragging()}>
            <GapBox at={end()} frames={null} before={model.told().clips.at(-1)?.id ?? null} x={model.x(end())} width={END_PX} />
          </Show>
        </Show>
        <span class="visually-hidden" aria-live="polite">
          {t("timeline.summary", { count: model.told().clips.length, seconds: seconds(end()) })}
        </span>
      </div>
    </div>
  );
}
