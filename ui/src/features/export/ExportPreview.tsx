// How an export lies on a platform: the film at a moment in the preset's shape, what the platform covers of it, and where
// captions and the label are.

import { Show, createEffect, createMemo, createSignal, onCleanup, onMount, type JSX } from "solid-js";
import type { CaptionUse, Preset, ProjectView, Tongues } from "../../backend";
import { Slider } from "../../components/Slider";
import { t } from "../../i18n";
import { footageOf, footagePicture } from "../../lib/footage";
import { pieceAt, programmeOfTimeline, type Piece } from "../../lib/programme";
import { Reel } from "../../lib/reel";
import { fitOf } from "../../lib/shape";
import { timecode } from "../../lib/timecode";
import { frameAfter } from "../../lib/timeline/pace";
import { useStudio } from "../../state/studio";
import { useView } from "../../state/view";
import { insetOf, shapeOf } from "./shape";
import "./ExportPreview.css";

/** How an export lies on a platform. */
export function ExportPreview(props: {
  project: ProjectView;
  preset: Preset;
  captions: CaptionUse;
  tongues: Tongues | undefined;
  isLabelled: boolean;
}): JSX.Element {
  const studio = useStudio();
  const view = useView();
  const film = createMemo(() => programmeOfTimeline(props.project));
  const last = () => Math.max(0, film().length - 1);
  const [picked, setPicked] = createSignal(view.playhead());
  const frame = () => Math.min(picked(), last());
  const piece = createMemo(() => film().pieces[pieceAt(film(), frame())] ?? null);
  /** A film or picture from elsewhere: the page shows one picture of it. */
  const footage = () => {
    const now = piece();
    return now ? footageOf(props.project, now) : undefined;
  };
  /** The frame of the take that is seen. */
  const inTake = () => {
    const now = piece();
    const clip = props.project.timeline.clips.find((one) => one.id === now?.clip);
    return now && clip ? frameAfter(clip, frame() - now.start) : 0;
  };
  const shape = () => shapeOf(props.preset, props.project.aspect);
  const inset = () => insetOf(props.preset);
  const isRead = () => props.captions === "both" || props.captions === "picture";
  const captions = () => {
    const languages = props.tongues ? [props.tongues.first, props.tongues.second] : [];
    return props.project.timeline.captions.filter(
      (one) =>
        isRead() &&
        one.clip === piece()?.clip &&
        one.from <= inTake() &&
        inTake() < one.to &&
        (languages.length === 0 || languages.includes(one.language)),
    );
  };
  const label = () => {
    const policy = props.preset.label;
    if (!policy || !props.isLabelled || frame() >= policy.seconds * props.project.rate) return null;
    return policy.text === "chinese" ? "AI生成" : "AI-generated";
  };
  const percent = (part: number) => `${part * 100}%`;
  const edges = () => {
    const { top, right, bottom, left } = inset();
    return { top: percent(top), right: percent(right), bottom: percent(bottom), left: percent(left) };
  };
  const nothing = () => {
    if (!props.preset.picture) return t("export.sound_only");
    if (film().pieces.length === 0) return t("viewer.empty");
    return isUnmade(piece()) ? t("viewer.unmade") : null;
  };
  const isUnmade = (one: Piece | null) => one !== null && one.take === null && footageOf(props.project, one) === undefined;
  const missing = () => new Set(film().pieces.filter(isUnmade).map((one) => one.shot)).size;
  let video: HTMLVideoElement | undefined;

  onMount(() => {
    if (!video) return;
    const reel = new Reel(video, () => undefined);
    createEffect(() => {
      const take = piece()?.take ?? null;
      reel.load(take && studio.backend.mediaUrl(take.clip));
      if (take) reel.stand(Math.min(inTake(), take.frames - 1));
    });
    onCleanup(() => reel.load(null));
  });

  return (
    <div class="export-preview">
      <div
        class="export-picture"
        style={{
          "--ratio": shape().join(" / "),
          "--fit": fitOf(piece()?.take?.size ?? null, shape().join(":")),
        }}
        role="img"
        aria-label={t("export.preview")}
      >
        <video ref={(element) => (video = element)} muted tabIndex={-1} aria-hidden="true" hidden={!props.preset.picture} data-testid="export-picture" />
        <Show when={props.preset.picture && footage()}>{(from) => <img src={studio.backend.mediaUrl(footagePicture(from()))} alt="" draggable={false} />}</Show>
        <Show when={nothing()}>{(words) => <p>{words()}</p>}</Show>
        <Show when={props.preset.picture}>
          <div class="export-safe" classList={{ "export-safe-all": props.preset.safe === null }} style={edges()}>
            <Show when={label()}>{(words) => <span class="export-mark">{words()}</span>}</Show>
            <Show when={captions().length > 0}>
              <span class="export-read">
                {captions()
                  .map((one) => one.text)
                  .join("\n")}
              </span>
            </Show>
          </div>
        </Show>
      </div>
      <Show when={props.preset.picture && last() > 0}>
        <div class="export-scrub">
          <Slider
            label={t("export.scrub")}
            min={0}
            max={last()}
            value={frame()}
            aria-valuetext={timecode(frame())}
            onInput={(event) => setPicked(event.currentTarget.valueAsNumber)}
          />
          <span>{timecode(frame())}</span>
        </div>
      </Show>
      <Show when={missing() > 0}>
        <p class="field-error">{t("export.missing", { count: missing() })}</p>
      </Show>
    </div>
  );
}
