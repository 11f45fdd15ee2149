// How an export will be: drawn by the core as it will be written, in the preset's shape, with what the platform covers of it.
// It plays, and can be scrubbed.

import { For, Show, createEffect, createMemo, createSignal, on, onMount, type JSX } from "solid-js";
import type { Preset, ProjectView, Tongues } from "../../backend";
import type { PreviewEdition } from "../../backend/preview";
import { Button } from "../../components/Button";
import { Ring } from "../../components/Ring";
import { Slider } from "../../components/Slider";
import { t } from "../../i18n";
import { problemText } from "../../i18n/problem";
import { footageOf } from "../../lib/footage";
import { languageName } from "../../lib/languages";
import { pieceAt, programmeOfTimeline, type Piece } from "../../lib/programme";
import { timecode } from "../../lib/timecode";
import { usePlayer } from "../../state/player";
import { useStudio } from "../../state/studio";
import { useView } from "../../state/view";
import { createPlayback, type Playback } from "../viewer/playback";
import { insetOf, shapeOf } from "./shape";
import "./ExportPreview.css";

// Kept while the window is open.
const [isCovered, setCovered] = createSignal(true);

/** How an export will be. Of several languages one is seen. */
export function ExportPreview(props: {
  project: ProjectView;
  preset: Preset;
  /** The export without its languages. */
  edition: PreviewEdition;
  /** The languages that files are made of; none where the core chooses. */
  tongues: readonly Tongues[];
}): JSX.Element {
  const studio = useStudio();
  const view = useView();
  const player = usePlayer();
  const film = createMemo(() => programmeOfTimeline(props.project));
  const last = () => Math.max(0, film().length - 1);
  const [picked, setPicked] = createSignal(view.playhead());
  const [speed, setSpeed] = createSignal(0);
  const [picture, setPicture] = createSignal<Playback | null>(null);
  /** What is wrong with captions or sounds: it would be wrong with the export, too. */
  const [complaint, setComplaint] = createSignal<Error | null>(null);
  const [looked, setLooked] = createSignal(0);
  const frame = () => Math.min(picked(), last());
  const tongues = () => props.tongues[Math.min(looked(), props.tongues.length - 1)];
  const edition = (): PreviewEdition => {
    const now = tongues();
    return { ...props.edition, ...(now && { tongues: now }) };
  };
  const piece = createMemo(() => film().pieces[pieceAt(film(), frame())] ?? null);
  const shape = () => shapeOf(props.preset, props.project.aspect);
  const percent = (part: number) => `${part * 100}%`;
  const edges = () => {
    const { top, right, bottom, left } = insetOf(props.preset);
    return { top: percent(top), right: percent(right), bottom: percent(bottom), left: percent(left) };
  };
  const isUnmade = (one: Piece | null) => one !== null && one.take === null && footageOf(props.project, one) === undefined;
  const nothing = () => {
    if (!props.preset.picture) return t("export.sound_only");
    if (film().length === 0) return t("viewer.empty");
    return isUnmade(piece()) ? t("viewer.unmade") : null;
  };
  const missing = () => new Set(film().pieces.filter(isUnmade).map((one) => one.shot)).size;
  const tonguesName = ({ first, second }: Tongues) =>
    second ? t("export.bilingual", { first: languageName(first), second: languageName(second) }) : languageName(first);
  let canvas: HTMLCanvasElement | undefined;

  onMount(() => {
    // What plays behind this page is not heard with it.
    view.setSpeed(0);
    if (!canvas) return;
    setPicture(
      createPlayback({
        stage: {
          of: () => ({ export: edition() }),
          frame,
          seek: setPicked,
          length: () => film().length,
          bounds: () => ({ from: 0, to: film().length }),
          speed,
          setSpeed,
          loop: () => false,
          volume: () => (player.isMuted() ? 0 : player.volume()),
        },
        canvas,
        address: studio.backend.mediaUrl("preview"),
        revision: () => props.project.revision,
        onTrouble: setComplaint,
      }),
    );
  });
  createEffect(on(() => JSON.stringify(edition()), () => setComplaint(null), { defer: true }));

  function toggle() {
    if (speed() === 0 && frame() >= last()) setPicked(0);
    setSpeed(speed() === 0 ? 1 : 0);
  }

  return (
    <div class="export-preview">
      <div class="export-picture" style={{ "--ratio": shape().join(" / ") }} role="img" aria-label={t("export.preview")}>
        <canvas ref={(element) => (canvas = element)} hidden={!props.preset.picture} data-testid="export-picture" />
        <Show when={props.preset.picture && picture()?.trouble()}>{(why) => <p role="alert">{problemText(why())}</p>}</Show>
        <Show when={nothing()}>{(words) => <p>{words()}</p>}</Show>
        <Show when={props.preset.picture && picture()?.isWaiting() && !picture()?.trouble()}>
          <div class="export-waiting">
            <Ring done={null} size={20} />
          </div>
        </Show>
        <Show when={props.preset.picture && props.preset.safe && isCovered()}>
          <div class="export-safe" style={edges()} />
        </Show>
      </div>
      <Show when={props.preset.picture && last() > 0}>
        <div class="export-scrub">
          <Button
            kind="quiet"
            icon={speed() === 0 ? "play" : "pause"}
            label={speed() === 0 ? t("transport.play") : t("transport.stop")}
            onClick={toggle}
          />
          <Slider
            label={t("export.scrub")}
            min={0}
            max={last()}
            value={frame()}
            aria-valuetext={timecode(frame())}
            onInput={(event) => setPicked(event.currentTarget.valueAsNumber)}
          />
          <span>{timecode(frame())}</span>
          <Show when={props.preset.safe}>
            <Button
              kind="quiet"
              icon="safe"
              label={t("export.covered")}
              pressed={isCovered()}
              onClick={() => setCovered(!isCovered())}
            />
          </Show>
        </div>
      </Show>
      <Show when={props.tongues.length > 1 && props.preset.picture}>
        <div class="export-chips export-tongues" role="group" aria-label={t("export.seen_language")}>
          <For each={props.tongues}>
            {(one, index) => (
              <button type="button" class="export-chip" aria-pressed={one === tongues()} onClick={() => setLooked(index())}>
                {tonguesName(one)}
              </button>
            )}
          </For>
        </div>
      </Show>
      <Show when={complaint()}>
        {(why) => (
          <p class="field-error" role="alert">
            {problemText(why())}
          </p>
        )}
      </Show>
      <Show when={missing() > 0}>
        <p class="field-error">{t("export.missing", { count: missing() })}</p>
      </Show>
    </div>
  );
}
