// The picture: what plays, what is being made, captions and a platform's safe area over it.

import { For, Match, Show, Switch, createMemo, onMount, createSignal, type JSX } from "solid-js";
import type { JobView } from "../../backend";
import { Ring } from "../../components/Ring";
import { t } from "../../i18n";
import { PLATFORMS, safeInset } from "../../lib/platforms";
import { mediaPath } from "../../lib/media";
import { playsClips } from "../../lib/reel";
import { fitOf } from "../../lib/shape";
import { usePlayer } from "../../state/player";
import { useStudio } from "../../state/studio";
import { useView } from "../../state/view";
import { isSpokenAt } from "./spoken";
import { stepFraction, stepText } from "./step";
import { createPlayback, type Playback } from "./playback";
import "./Screen.css";

/** The picture. `platform` names the safe area that is drawn over it. */
export function Screen(props: { platform: string | null }): JSX.Element {
  const studio = useStudio();
  const view = useView();
  const player = usePlayer();
  const canPlay = playsClips();
  const [playback, setPlayback] = createSignal<Playback | null>(null);
  let first: HTMLVideoElement | undefined;
  let second: HTMLVideoElement | undefined;

  onMount(() => {
    if (!first || !second) return;
    setPlayback(
      createPlayback({
        player,
        view,
        videos: [first, second],
        url: (path) => studio.backend.mediaUrl(path),
        sounds: {
          tracks: () => (view.watched().kind === "timeline" ? (studio.project()?.timeline.tracks ?? []) : []),
          url: (item) => studio.backend.mediaUrl(mediaPath(item.media)),
          isSpoken: (frame) => isSpokenAt(studio.project(), frame),
        },
      }),
    );
  });

  const ratio = () => (studio.project()?.aspect ?? "9:16").replace(":", " / ");
  const piece = () => playback()?.piece() ?? null;
  const job = createMemo((): JobView | null => {
    const shot = piece()?.shot;
    return studio.jobs.find((other) => other.shot === shot && other.state === "running") ?? null;
  });
  const title = () => {
    const entry = studio.project()?.shots.find((shot) => shot.id === piece()?.shot);
    return entry ? entry.title || entry.shot.description : "";
  };
  const fit = () => fitOf(piece()?.take?.size ?? null, studio.project()?.aspect ?? "9:16");
  const isUnmade = () => piece() !== null && piece()?.take === null;
  const caption = createMemo(() => {
    const at = piece();
    if (!at?.clip || view.watched().kind !== "timeline") return null;
    const frame = at.from + player.frame() - at.start;
    return studio.project()?.timeline.captions.find((one) => one.clip === at.clip && one.from <= frame && frame < one.to) ?? null;
  });
  // Code 4: the system cannot play such clips at all.
  const trouble = () => (piece()?.take && !canPlay ? 4 : playback()?.trouble());
  const isEmpty = () => player.programme().pieces.length === 0;

  return (
    <div class="screen" style={{ "--ratio": ratio(), "--fit": fit() }} role="group" aria-label={title() || t("viewer.empty")} data-testid="screen">
      <video ref={(video) => (first = video)} class="screen-video" classList={{ "screen-seen": playback()?.seen() === 0 }} tabIndex={-1} />
      <video ref={(video) => (second = video)} class="screen-video" classList={{ "screen-seen": playback()?.seen() === 1 }} tabIndex={-1} />
      <Switch>
        <Match when={isEmpty()}>
          <div class="screen-note">
            <strong>{t("viewer.empty")}</strong>
            <p>{t("viewer.empty_about")}</p>
          </div>
        </Match>
        <Match when={isUnmade() && job()}>
          {(running) => (
            <>
              <Show when={running().preview}>
                {(preview) => <img class="screen-preview" src={studio.backend.mediaUrl(preview())} alt="" />}
              </Show>
              <div class="screen-step" role="status">
                <Ring done={stepFraction(running())} />
                {stepText(running())}
              </div>
            </>
          )}
        </Match>
        <Match when={isUnmade()}>
          <div class="screen-note">
            <strong>{title()}</strong>
            <p>{t("viewer.unmade")}</p>
          </div>
        </Match>
      </Switch>
      <Show when={trouble()}>
        {(code) => (
          <div class="screen-note screen-trouble" role="alert">
            <strong>{code() === 4 ? t("viewer.no_codec") : t("viewer.cannot_play")}</strong>
            <p>{code() === 4 ? t("viewer.no_codec_about") : t("viewer.cannot_play_about")}</p>
          </div>
        )}
      </Show>
      <Show when={playback()?.isWaiting() && !trouble()}>
        <div class="screen-waiting">
          <Ring done={null} size={22} />
        </div>
      </Show>
      <Show when={caption()}>{(shown) => <p class="screen-caption" lang={shown().language}>{shown().text}</p>}</Show>
      <For each={PLATFORMS.filter((platform) => platform.id === props.platform)}>
        {(platform) => {
          const inset = safeInset(platform);
          const percent = (part: number) => `${part * 100}%`;
          return (
            <div
              class="screen-safe"
              style={{
                top: percent(inset.top),
                right: percent(inset.right),
                bottom: percent(inset.bottom),
                left: percent(inset.left),
              }}
            >
              <span>{t("viewer.ai_label")}</span>
            </div>
          );
        }}
      </For>
    </div>
  );
}
