// The picture: what plays, what is being made, and a platform's safe area over it.

import { For, Match, Show, Switch, createMemo, onMount, createSignal, type JSX } from "solid-js";
import type { JobView } from "../../backend";
import { Ring } from "../../components/Ring";
import { t } from "../../i18n";
import { problemText } from "../../i18n/problem";
import { footageName, footageOf } from "../../lib/footage";
import { PLATFORMS, safeInset } from "../../lib/platforms";
import { pieceAt } from "../../lib/programme";
import { shotName } from "../../lib/shots";
import { usePlayer } from "../../state/player";
import { useStudio } from "../../state/studio";
import { useView } from "../../state/view";
import { Edges } from "./Edges";
import { Handles } from "../look/Handles";
import { stepFraction, stepText } from "./step";
import { createPlayback, type Playback } from "./playback";
import "./Screen.css";

/** The picture. `platform` names the safe area that is drawn over it. */
export function Screen(props: { platform: string | null }): JSX.Element {
  const studio = useStudio();
  const view = useView();
  const player = usePlayer();
  const [playback, setPlayback] = createSignal<Playback | null>(null);
  let canvas: HTMLCanvasElement | undefined;

  onMount(() => {
    if (!canvas) return;
    setPlayback(
      createPlayback({
        stage: {
          of: () => {
            const watched = view.watched();
            return watched.kind === "take" ? { take: watched.take } : "timeline";
          },
          frame: player.frame,
          seek: player.seek,
          length: () => player.programme().length,
          bounds: player.bounds,
          speed: view.speed,
          setSpeed: view.setSpeed,
          loop: view.loop,
          volume: () => (player.isMuted() ? 0 : player.volume()),
        },
        canvas,
        address: studio.backend.mediaUrl("preview"),
        revision: () => studio.project()?.revision ?? 0,
        onTrouble: (problem) => studio.notify("error", problemText(problem)),
      }),
    );
  });

  const ratio = () => (studio.project()?.aspect ?? "9:16").replace(":", " / ");
  const piece = createMemo(() => player.programme().pieces[pieceAt(player.programme(), player.frame())] ?? null);
  const job = createMemo((): JobView | null => {
    const shot = piece()?.shot;
    return studio.jobs.find((other) => other.shot === shot && other.state === "running") ?? null;
  });
  const title = () => {
    const project = studio.project();
    const shot = piece()?.shot;
    if (!project || !shot) return "";
    const shown = footageOf(project, { shot });
    return shown ? footageName(shown) : shotName(project, shot);
  };
  // What is no shot is a film or a picture, which was never to be made.
  const isUnmade = () => piece()?.take === null && studio.project()?.shots.some((shot) => shot.id === piece()?.shot);
  const isEmpty = () => player.programme().pieces.length === 0;

  return (
    <div class="screen" style={{ "--ratio": ratio() }} role="group" aria-label={title() || t("viewer.empty")} data-testid="screen">
      <canvas ref={(element) => (canvas = element)} class="screen-canvas" data-testid="picture" />
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
      <Show when={playback()?.trouble()}>
        {(problem) => (
          <div class="screen-note screen-trouble" role="alert">
            <strong>{t("viewer.cannot_show")}</strong>
            <p>{problemText(problem())}</p>
          </div>
        )}
      </Show>
      <Show when={playback()?.isWaiting() && !playback()?.trouble()}>
        <div class="screen-waiting">
          <Ring done={null} size={22} />
        </div>
      </Show>
      <Edges />
      <Handles />
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
