// The clips that are selected: how fast they run, where they lie in the picture, how they come and go, how they look and
// sound. A change goes to all of them.

import { Show, type JSX } from "solid-js";
import type { Clip, ProjectView } from "../../backend";
import { Icon } from "../../components/Icon";
import { t } from "../../i18n";
import { footageName, footageOf } from "../../lib/footage";
import { shotName } from "../../lib/shots";
import { seconds, timecode } from "../../lib/timecode";
import { endOf } from "../../lib/timeline/clips";
import { framesOf } from "../../lib/timeline/pace";
import { provideCommands, run } from "../../state/commands";
import { useStudio } from "../../state/studio";
import { setPart } from "../shot/part";
import { ColorGroup } from "./ColorGroup";
import { CropGroup } from "./CropGroup";
import { FadeGroup } from "./FadeGroup";
import { FootageFacts } from "./FootageFacts";
import { createLive } from "./live";
import { PictureGroup } from "./PictureGroup";
import { SoundGroup } from "./SoundGroup";
import { SpeedGroup } from "./SpeedGroup";
import "./ClipPanel.css";

/** The clips that are selected, of which there is at least one. */
export function ClipPanel(props: { clips: readonly Clip[]; project: ProjectView }): JSX.Element {
  const studio = useStudio();
  const live = createLive(studio, () => props.clips);
  const single = () => (props.clips.length === 1 ? live.clips()[0] : undefined);
  const footage = () => {
    const clip = single();
    return clip && footageOf(props.project, clip);
  };
  const name = () => {
    const clip = single();
    if (!clip) return t("look.clips", { count: props.clips.length });
    const shown = footage();
    return shown ? footageName(shown) : shotName(props.project, clip.shot);
  };
  /** Pictures that stand have no speed and no sound. */
  const runs = () => props.clips.some((clip) => footageOf(props.project, clip)?.kind !== "still");
  const sounds = () =>
    props.clips.some((clip) => {
      const shown = footageOf(props.project, clip);
      if (!shown) return true;
      return shown.kind === "film" && props.project.media.find((one) => one.sha256 === shown.media.sha256)?.has_sound !== false;
    });
  // The key for it goes on working: the shot's own place knows what it costs and asks where that is needed.
  provideCommands([
    {
      id: "shot.generate",
      title: "shot.generate",
      enabled: () => props.clips.some((clip) => !footageOf(props.project, clip)),
      run() {
        setPart("shot");
        queueMicrotask(() => run("shot.generate"));
      },
    },
  ]);
  return (
    <div class="shot-fields look-panel" data-testid="clip-panel">
      <div class="look-head">
        <Show when={footage()}>{(shown) => <Icon name={shown().kind === "film" ? "film" : "image"} size={14} />}</Show>
        <h2 data-tip={footage()?.media.name}>{name()}</h2>
        <Show when={single()}>
          {(clip) => (
            <small>
              {timecode(clip().start)} – {timecode(endOf(clip()))} · {t("unit.seconds", { n: seconds(framesOf(clip())) })}
            </small>
          )}
        </Show>
      </div>
      <Show when={single()}>
        {(clip) => (
          <Show when={footage()}>
            {(shown) => <FootageFacts clip={clip()} footage={shown()} project={props.project} />}
          </Show>
        )}
      </Show>
      <Show when={runs()}>
        <SpeedGroup live={live} />
      </Show>
      <PictureGroup live={live} />
      <CropGroup live={live} />
      <FadeGroup live={live} track={props.project.timeline.clips} />
      <ColorGroup live={live} />
      <Show when={sounds()}>
        <SoundGroup live={live} />
      </Show>
    </div>
  );
}
