// A job that an engine has: what it does, how the clip looks by now, how long it takes.

import { Show, type JSX } from "solid-js";
import type { JobView } from "../../backend";
import { Bar } from "../../components/Bar";
import { Button } from "../../components/Button";
import { Icon } from "../../components/Icon";
import { t } from "../../i18n";
import { useStudio } from "../../state/studio";
import { stepName } from "../../lib/steps";
import { leftText, orderText } from "./words";
import "./RunningJob.css";

/** A job that an engine has. */
export function RunningJob(props: { job: JobView }): JSX.Element {
  const studio = useStudio();
  const step = () => props.job.step;
  const done = () => {
    const now = step();
    return now && now.of > 0 ? now.done / now.of : null;
  };
  const state = () => {
    if (props.job.asked === "pause") return t("queue.pausing");
    if (props.job.asked === "cancel") return t("queue.cancelling");
    const now = step();
    return now ? stepName(now) : t("queue.begins");
  };
  return (
    <article class="running" aria-label={props.job.shot_title}>
      <div class="running-picture">
        <Show when={props.job.preview} fallback={<Icon name="film" />}>
          {(preview) => <img src={studio.backend.mediaUrl(preview())} alt={t("queue.preview")} draggable={false} />}
        </Show>
      </div>
      <div class="running-words">
        <div class="running-title">{props.job.shot_title}</div>
        <small>
          {orderText(props.job)}
          <Show when={props.job.project_name !== studio.project()?.name}> · {props.job.project_name}</Show>
        </small>
        <div class="running-step" aria-live="polite">
          <span>{state()}</span>
          <Show when={step()}>{(now) => <span>{leftText(now())}</span>}</Show>
        </div>
        <Bar value={done()} label={state()} />
        <div class="running-foot">
          <small>{props.job.engine}</small>
          <Button
            kind="quiet"
            size="small"
            icon="pause"
            label={t("queue.pause")}
            disabled={props.job.asked !== null}
            onClick={() => void studio.act("jobs.pause", { id: props.job.id })}
          />
          <Button
            kind="quiet"
            size="small"
            icon="close"
            label={t("queue.cancel")}
            disabled={props.job.asked === "cancel"}
            onClick={() => void studio.act("jobs.cancel", { id: props.job.id })}
          />
        </div>
      </div>
    </article>
  );
}
