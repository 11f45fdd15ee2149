// Where the first track of sounds will be.

import { onMount, type JSX } from "solid-js";
import { t } from "../../i18n";
import { useStudio } from "../../state/studio";
import { acceptSounds } from "./drop";
import { useTimeline } from "./model";

/** Where the first track of sounds will be. */
export function EmptySoundLane(): JSX.Element {
  const studio = useStudio();
  const model = useTimeline();
  let lane: HTMLDivElement | undefined;
  onMount(() => {
    if (lane) acceptSounds(lane, studio, model, null);
  });
  return (
    <div class="lane lane-sounds">
      <div class="lane-head">
        <span class="lane-name">{t("timeline.music")}</span>
      </div>
      <div ref={(element) => (lane = element)} class="lane-body">
        <p class="lane-hint">{t("timeline.music_hint")}</p>
      </div>
    </div>
  );
}
