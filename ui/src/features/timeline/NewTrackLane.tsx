// Where a track of sounds will be: the first one, or another while a sound is carried.

import { onMount, type JSX } from "solid-js";
import { t } from "../../i18n";
import { useStudio } from "../../state/studio";
import { acceptSounds } from "./drop";
import { useTimeline } from "./model";

/** Where a track of sounds will be. */
export function NewTrackLane(props: { isFirst: boolean }): JSX.Element {
  const studio = useStudio();
  const model = useTimeline();
  let lane: HTMLDivElement | undefined;
  onMount(() => {
    if (lane) acceptSounds(lane, studio, model, null);
  });
  return (
    <div class="lane" classList={{ "lane-sounds": props.isFirst, "lane-new": !props.isFirst }}>
      <div class="lane-head">
        <span class="lane-name">{t(props.isFirst ? "timeline.music" : "timeline.new_track")}</span>
      </div>
      <div ref={(element) => (lane = element)} class="lane-body">
        <p class="lane-hint">{t("timeline.music_hint")}</p>
      </div>
    </div>
  );
}
