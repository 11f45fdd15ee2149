// Blind comparison: takes of a shot without their names, in random order, playing in step. The one that is picked wins
// over the others; the score stays in the project.

import { For, Show, createEffect, createSignal, onCleanup, untrack, type JSX } from "solid-js";
import type { Id, TakeView } from "../../backend";
import { Button } from "../../components/Button";
import { Icon } from "../../components/Icon";
import { Sheet } from "../../components/Sheet";
import { t } from "../../i18n";
import { Chorus } from "../../lib/chorus";
import { quality } from "../../lib/format";
import { fitOf } from "../../lib/shape";
import { shuffled } from "../../lib/shuffle";
import { usePlayer } from "../../state/player";
import { useStudio } from "../../state/studio";
import { useView } from "../../state/view";
import { createLookedAt } from "../viewer/looked";
import { ScoreTable } from "./ScoreTable";
import "./ComparePage.css";

/** More than four pictures side by side are too small to judge. */
const MOST = 4;

/** The blind comparison, while it is open. */
export function ComparePage(): JSX.Element {
  const view = useView();
  return (
    <Show when={view.sheet() === "compare"}>
      <Compare />
    </Show>
  );
}

function Compare(): JSX.Element {
  const studio = useStudio();
  const view = useView();
  const looked = createLookedAt(studio, view);
  const shot = looked.shot();
  const [picked, setPicked] = createSignal<Id | null>(null);
  view.setSpeed(0);

  const seenOften = (take: TakeView) => studio.project()?.scores[take.id]?.seen ?? 0;
  // Those that were judged least come first, then the order is mixed.
  const draw = () => {
    const takes = untrack(() => studio.project()?.takes.filter((take) => take.shot === shot?.id) ?? []);
    return shuffled(shuffled(takes).sort((a, b) => seenOften(a) - seenOften(b)).slice(0, MOST));
  };
  const [shown, setShown] = createSignal<readonly TakeView[]>(draw());
  const judge = async (take: TakeView) => {
    const losers = shown().flatMap((other) => (other.id === take.id ? [] : [other.id]));
    await studio.act("takes.judge", { winner: take.id, losers });
    setPicked(take.id);
  };
  const next = () => {
    setPicked(null);
    setShown(draw());
  };
  return (
    <Sheet
      title={t("compare.title")}
      size="large"
      onClose={() => view.setSheet(null)}
      foot={
        <footer class="sheet-foot">
          <p class="compare-about">{picked() === null ? t("compare.about") : t("compare.picked")}</p>
          <Show when={picked()}>
            {(take) => (
              <>
                <Button
                  onClick={() => {
                    if (shot) void studio.act("shot.choose_take", { shot: shot.id, take: take() });
                    view.setSheet(null);
                  }}
                >
                  {t("take.choose")}
                </Button>
                {/* The button that was pressed is off now: the focus goes on, and does not fall out of the page. */}
                <Button kind="primary" ref={(button) => queueMicrotask(() => button.focus())} onClick={next}>
                  {t("compare.again")}
                </Button>
              </>
            )}
          </Show>
        </footer>
      }
    >
      <Show when={shown().length > 1} fallback={<p class="compare-none">{t("compare.none")}</p>}>
        <Show when={shown()} keyed>
          {(takes) => <Contest takes={takes} picked={picked()} onPick={(take) => void judge(take)} />}
        </Show>
        <Show when={picked() !== null}>
          <ScoreTable shot={shot?.id ?? ""} />
        </Show>
      </Show>
    </Sheet>
  );
}

function Contest(props: { takes: readonly TakeView[]; picked: Id | null; onPick(take: TakeView): void }): JSX.Element {
  const studio = useStudio();
  const player = usePlayer();
  const takes = [...props.takes];
  const videos: HTMLVideoElement[] = [];
  const [heard, setHeard] = createSignal(0);
  const ratio = (studio.project()?.aspect ?? "9:16").replace(":", " / ");

  const who = (take: TakeView) =>
    [take.model, take.size && quality(take.size), take.seed !== null && t("take.seed", { seed: take.seed })]
      .filter(Boolean)
      .join(" · ");
  createEffect(() => {
    const chorus = new Chorus(videos, Math.min(...takes.map((take) => take.frames)), () => undefined);
    takes.forEach((take, at) => chorus.reels[at]?.load(studio.backend.mediaUrl(take.clip)));
    createEffect(() => chorus.listen(player.isMuted() ? null : heard(), player.volume()));
    chorus.play(1);
    onCleanup(() => chorus.stop());
  });
  return (
    <div class="compare" style={{ "--ratio": ratio, "--count": takes.length }}>
      <For each={takes}>
        {(take, at) => {
          const name = () => t("compare.name", { letter: String.fromCharCode(65 + at()) });
          return (
            <div class="compare-take" classList={{ "compare-winner": props.picked === take.id }}>
              <video
                ref={(video) => (videos[at()] = video)}
                style={{ "object-fit": fitOf(take.size, studio.project()?.aspect ?? "9:16") }}
                tabIndex={-1}
                aria-label={name()}
                onPointerEnter={() => setHeard(at())}
              />
              <div class="compare-foot">
                <Button
                  kind="quiet"
                  size="small"
                  icon={heard() === at() ? "sound" : "mute"}
                  label={t("viewer.hear", { name: name() })}
                  aria-pressed={heard() === at()}
                  onClick={() => setHeard(at())}
                />
                <Show when={props.picked !== null}>
                  <span class="compare-who">{who(take)}</span>
                </Show>
                <Button size="small" disabled={props.picked !== null} onClick={() => props.onPick(take)}>
                  <Show when={props.picked === take.id} fallback={t("compare.pick", { letter: String.fromCharCode(65 + at()) })}>
                    <Icon name="check" size={14} />
                    {t("compare.best")}
                  </Show>
                </Button>
              </div>
            </div>
          );
        }}
      </For>
    </div>
  );
}
