// How often each take of a shot was liked best. The names come back only after a pick.

import { For, createMemo, type JSX } from "solid-js";
import type { Id } from "../../backend";
import { t } from "../../i18n";
import { quality } from "../../lib/format";
import { useStudio } from "../../state/studio";

/** The score of a shot's takes, the best first. */
export function ScoreTable(props: { shot: Id }): JSX.Element {
  const studio = useStudio();
  const rows = createMemo(() => {
    const project = studio.project();
    return (project?.takes ?? [])
      .filter((take) => take.shot === props.shot)
      .map((take) => ({ take, score: project?.scores[take.id] ?? { wins: 0, seen: 0 } }))
      .filter(({ score }) => score.seen > 0)
      .sort((a, b) => b.score.wins / b.score.seen - a.score.wins / a.score.seen || b.score.seen - a.score.seen);
  });
  return (
    <table class="score-table">
      <caption>{t("compare.score")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("compare.take")}</th>
          <th scope="col">{t("compare.model")}</th>
          <th scope="col">{t("compare.size")}</th>
          <th scope="col">{t("compare.wins")}</th>
        </tr>
      </thead>
      <tbody>
        <For each={rows()}>
          {({ take, score }) => (
            <tr>
              <th scope="row">{take.seed === null ? t("take.draft") : t("take.seed", { seed: take.seed })}</th>
              <td>{take.model ?? "–"}</td>
              <td>{take.size ? quality(take.size) : "–"}</td>
              <td>{t("compare.of", { wins: score.wins, seen: score.seen })}</td>
            </tr>
          )}
        </For>
      </tbody>
    </table>
  );
}
