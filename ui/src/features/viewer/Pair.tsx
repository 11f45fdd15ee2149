// Two takes side by side, in step. One is heard; a click on the other's name hears that.

import { For, createEffect, createSignal, on, onCleanup, onMount, untrack, type JSX } from "solid-js";
import type { TakeView } from "../../backend";
import { Button } from "../../components/Button";
import { Icon } from "../../components/Icon";
import { openMenu } from "../../components/Menu";
import { t } from "../../i18n";
import { Chorus } from "../../lib/chorus";
import { quality } from "../../lib/format";
import { fitOf } from "../../lib/shape";
import { usePlayer } from "../../state/player";
import { useStudio } from "../../state/studio";
import { useView } from "../../state/view";
import { takesOf } from "./looked";
import "./Pair.css";

const LETTERS = ["A", "B"];

/** Two takes side by side. */
export function Pair(props: { takes: readonly [string, string] }): JSX.Element {
  const studio = useStudio();
  const view = useView();
  const player = usePlayer();
  const [heard, setHeard] = createSignal(0);
  const videos: HTMLVideoElement[] = [];
  const takes = untrack(() =>
    props.takes.flatMap((id) => studio.project()?.takes.find((take) => take.id === id) ?? []),
  );
  const ratio = () => (studio.project()?.aspect ?? "9:16").replace(":", " / ");
  const word = (take: TakeView) =>
    [take.goal === "final" ? t("take.finished") : t("take.draft"), take.size && quality(take.size), take.seed !== null && t("take.seed", { seed: take.seed })]
      .filter(Boolean)
      .join(" · ");

  onMount(() => {
    let own = -1;
    const length = Math.min(...takes.map((take) => take.frames));
    const chorus = new Chorus(videos, length, (frame) => {
      own = frame;
      player.seek(frame);
    });
    takes.forEach((take, at) => chorus.reels[at]?.load(studio.backend.mediaUrl(take.clip)));
    createEffect(() => chorus.listen(player.isMuted() ? null : heard(), player.volume()));
    createEffect(
      on(view.speed, (speed) => {
        if (speed === 0) chorus.stand(untrack(player.frame));
        else chorus.play(speed);
      }),
    );
    createEffect(
      on(player.frame, (frame) => {
        if (frame === own) return;
        own = frame;
        const speed = untrack(view.speed);
        chorus.stand(frame);
        if (speed !== 0) chorus.play(speed);
      }),
    );
    onCleanup(() => chorus.stop());
  });

  const swap = (at: number, button: Element) => {
    const take = takes[at];
    if (!take) return;
    openMenu(
      button,
      takesOf(studio.project(), take.shot).map((other) => ({
        label: word(other),
        checked: other.id === take.id,
        run: () => view.setWatched({ kind: "pair", takes: at === 0 ? [other.id, props.takes[1]] : [props.takes[0], other.id] }),
      })),
      t("viewer.pair"),
    );
  };

  return (
    <div class="pair" style={{ "--ratio": ratio() }}>
      <For each={takes}>
        {(take, at) => (
          <figure class="pair-side">
            <video
              ref={(video) => (videos[at()] = video)}
              style={{ "object-fit": fitOf(take.size, studio.project()?.aspect ?? "9:16") }}
              tabIndex={-1}
            />
            <figcaption>
              <button
                type="button"
                class="pair-letter"
                aria-pressed={heard() === at()}
                aria-label={t("viewer.hear", { name: LETTERS[at()] ?? "" })}
                data-tip={t("viewer.hear", { name: LETTERS[at()] ?? "" })}
                onClick={() => setHeard(at())}
              >
                {LETTERS[at()]}
                <Icon name={heard() === at() ? "sound" : "mute"} size={12} />
              </button>
              <button type="button" class="pair-name" aria-haspopup="menu" onClick={(event) => swap(at(), event.currentTarget)}>
                <span>{word(take)}</span>
                <Icon name="down" size={12} />
              </button>
              <Button
                kind="quiet"
                size="small"
                icon="check"
                label={t("take.choose")}
                onClick={() => {
                  void studio.act("shot.choose_take", { shot: take.shot, take: take.id });
                  view.setWatched({ kind: "timeline" });
                }}
              />
            </figcaption>
          </figure>
        )}
      </For>
    </div>
  );
}
