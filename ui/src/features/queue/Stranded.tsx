// Jobs that wait and that no engine will take: why, and what to do.

import { For, Match, Show, Switch, type JSX } from "solid-js";
import type { Hopeless, JobView } from "../../backend";
import { Button } from "../../components/Button";
import { Icon } from "../../components/Icon";
import { t } from "../../i18n";
import { troubleText } from "../../i18n/problem";
import { list } from "../../lib/format";
import { useStudio } from "../../state/studio";
import { useView } from "../../state/view";
import { lackOf, type Lack } from "./hopeless";
import "./Stranded.css";

/** The model that comes with Gallop: there is nothing to download. */
const IN_THE_BOX = "pony";

/** Jobs that no engine will take, for one reason. */
export function Stranded(props: { jobs: readonly JobView[]; why: Hopeless }): JSX.Element {
  const studio = useStudio();
  const view = useView();
  const lack = (): Lack => lackOf(props.why);
  const count = () => props.jobs.length;
  return (
    <article class="stranded" role="status">
      <Icon name="warn" />
      <div class="stranded-words">
        <Switch>
          <Match when={lack().kind === "engine"}>
            <b>{t("queue.no_engine", { count: count() })}</b>
            <p>{t("queue.no_engine_do", { file: `${studio.status()?.places.config ?? ""}/settings.json` })}</p>
          </Match>
          <Match when={lack().kind === "start"}>
            <b>{t("queue.no_start", { count: count() })}</b>
            <p>{t("queue.no_start_do")}</p>
          </Match>
          <Match when={lack().kind === "model"}>
            <b>
              {props.why.model === null
                ? t("queue.no_model_any", { count: count() })
                : t("queue.no_model", { model: props.why.model, count: count() })}
            </b>
            <p>
              {t(props.why.model === IN_THE_BOX ? "queue.no_model_box" : "queue.no_model_do")}
              <Show when={lack().models.length > 0}> {t("queue.models_here", { models: list(lack().models) })}</Show>
            </p>
          </Match>
        </Switch>
        <For each={lack().said}>{(words) => <p class="stranded-said">{troubleText(words)}</p>}</For>
        <div class="stranded-foot">
          <Button size="small" icon="retry" onClick={() => void studio.act("models.look_again", {})}>
            {t("queue.look_again")}
          </Button>
          <Button kind="quiet" size="small" onClick={() => view.setSheet(lack().kind === "model" ? "models" : "doctor")}>
            {t(lack().kind === "model" ? "models.title" : "doctor.title")}
          </Button>
        </div>
      </div>
    </article>
  );
}
