// All takes of the project, shot by shot, the newest first.

import { For, Show, createMemo, type JSX } from "solid-js";
import type { ProjectView, TakeView } from "../../backend";
import { t } from "../../i18n";
import { duration, quality } from "../../lib/format";
import { shotName } from "../../lib/shots";
import { openShot } from "../../state/open";
import { useStudio } from "../../state/studio";
import { useView } from "../../state/view";
import { CardGrid, type Card } from "./CardGrid";
import { takeMenu } from "./takes";

/** All takes of the project. */
export function TakesTab(props: { project: ProjectView; matches(text: string): boolean }): JSX.Element {
  const studio = useStudio();
  const view = useView();

  const card = (take: TakeView): Card => {
    const shot = () => props.project.shots.find((entry) => entry.id === take.shot);
    const play = () => {
      view.setWatched({ kind: "take", take: take.id });
      if (shot()) openShot(view, props.project, take.shot);
    };
    const score = () => props.project.scores[take.id];
    return {
      id: take.id,
      name: take.seed === null ? t("take.no_seed") : t("take.seed", { seed: take.seed }),
      note: duration(take.cost.seconds),
      carried: { kind: "take", take: take.id, shot: take.shot },
      get isOn() {
        return shot()?.take === take.id;
      },
      picture: () => (
        <>
          <img
            class="card-picture"
            src={studio.backend.mediaUrl(take.poster)}
            alt=""
            loading="lazy"
            decoding="async"
            draggable={false}
          />
          <span class="card-badge">
            {[take.goal === "final" ? t("take.finished") : t("take.draft"), take.size ? quality(take.size) : null]
              .filter((part) => part !== null)
              .join(" · ")}
          </span>
          <Show when={(score()?.wins ?? 0) > 0 ? score() : undefined}>
            {(found) => (
              <span class="card-badge card-badge-right" data-tip={t("take.score", { wins: found().wins, seen: found().seen })}>
                {found().wins}/{found().seen}
              </span>
            )}
          </Show>
        </>
      ),
      click: play,
      open: () => void studio.act("shot.choose_take", { shot: take.shot, take: take.id }),
      remove: () => void studio.act("takes.remove", { takes: [take.id] }),
      menu: () => takeMenu(studio, view, props.project, take),
    };
  };

  const found = createMemo(() =>
    props.project.takes.filter((take) =>
      props.matches(`${shotName(props.project, take.shot)} ${take.seed ?? ""} ${take.prompt ?? ""}`),
    ),
  );
  /** Shots with takes, in their order; those that are gone come last. */
  const shots = createMemo(() => {
    const ids = new Set(props.project.shots.map((shot) => shot.id));
    for (const take of found()) ids.add(take.shot);
    return [...ids].filter((id) => found().some((take) => take.shot === id));
  });
  const takesOf = (id: string) =>
    found()
      .filter((take) => take.shot === id)
      .toReversed();

  return (
    <Show when={shots().length > 0} fallback={<p class="library-empty">{t("library.no_takes")}</p>}>
      <For each={shots()}>
        {(id) => (
          <div class="library-group">
            <h3>{shotName(props.project, id)}</h3>
            <CardGrid label={shotName(props.project, id)} items={takesOf(id)} card={card} />
          </div>
        )}
      </For>
    </Show>
  );
}
