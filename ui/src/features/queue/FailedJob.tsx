// A job that failed: why, and what to do.

import { Show, type JSX } from "solid-js";
import type { JobView } from "../../backend";
import { Button } from "../../components/Button";
import { Icon } from "../../components/Icon";
import { t } from "../../i18n";
import { openShot } from "../../state/open";
import { useStudio } from "../../state/studio";
import { useView } from "../../state/view";
import { failureAdvice, orderText } from "./words";
import "./FailedJob.css";

/** A job that failed. */
export function FailedJob(props: { job: JobView }): JSX.Element {
  const studio = useStudio();
  const view = useView();
  const isHere = () => studio.project()?.shots.some((shot) => shot.id === props.job.shot) ?? false;
  return (
    <article class="failed" aria-label={props.job.shot_title}>
      <div class="failed-head">
        <Icon name="alert" />
        <div>
          <div class="failed-title">{props.job.shot_title}</div>
          <small>{orderText(props.job)}</small>
        </div>
      </div>
      <Show when={props.job.failure}>
        {(failure) => (
          <>
            <p class="failed-advice">{failureAdvice(failure())}</p>
            <p class="failed-why">{failure().message}</p>
          </>
        )}
      </Show>
      <div class="failed-foot">
        <Button size="small" icon="retry" onClick={() => void studio.act("jobs.retry", { id: props.job.id })}>
          {t("queue.retry")}
        </Button>
        <Show when={isHere()}>
          <Button
            kind="quiet"
            size="small"
            icon="pen"
            onClick={() => {
              const project = studio.project();
              if (project) openShot(view, project, props.job.shot);
              view.setQueueOpen(false);
            }}
          >
            {t("queue.open_shot")}
          </Button>
        </Show>
        <span class="failed-space" />
        <Button kind="quiet" size="small" onClick={() => void studio.act("jobs.cancel", { id: props.job.id })}>
          {t("queue.give_up")}
        </Button>
      </div>
    </article>
  );
}
