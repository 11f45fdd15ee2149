// What the queue does now, in one line. It opens the queue.

import { Match, Switch, createMemo, type JSX } from "solid-js";
import type { JobView } from "../../backend";
import { Icon } from "../../components/Icon";
import { Ring } from "../../components/Ring";
import { t } from "../../i18n";
import { provideCommands, run } from "../../state/commands";
import { useStudio } from "../../state/studio";
import { useView } from "../../state/view";
import { stepFraction, stepText } from "../viewer/step";

/** What the queue does now. */
export function QueuePill(): JSX.Element {
  const studio = useStudio();
  const view = useView();
  provideCommands([{ id: "view.queue", title: "view.queue", run: () => view.setQueueOpen((open) => !open) }]);

  const running = createMemo(() => studio.jobs.find((job) => job.state === "running"));
  const waiting = createMemo(() => studio.jobs.filter((job) => job.state === "waiting").length);
  const hopeless = createMemo(() => studio.jobs.filter((job) => job.state === "waiting" && job.hopeless !== null).length);
  const failed = createMemo(() => studio.jobs.filter((job) => job.state === "failed").length);
  const paused = createMemo(() => studio.jobs.filter((job) => job.state === "paused").length);
  const place = (job: JobView) => {
    const project = studio.project();
    const at = project?.shots.findIndex((shot) => shot.id === job.shot) ?? -1;
    return at >= 0 ? t("top.shot", { number: at + 1 }) : job.shot_title;
  };

  return (
    <button
      type="button"
      class="top-queue"
      aria-expanded={view.queueOpen()}
      data-testid="queue-pill"
      onClick={() => run("view.queue")}
    >
      <Switch fallback={<span>{t("queue.empty_pill")}</span>}>
        <Match when={running()}>
          {(job) => (
            <>
              <Ring done={stepFraction(job())} />
              <span class="top-queue-text">
                <span class="top-queue-place">{place(job())} · </span>
                {stepText(job())}
              </span>
            </>
          )}
        </Match>
        <Match when={failed() > 0}>
          <Icon name="warn" />
          <span>{t("queue.failed_pill", { count: failed() })}</span>
        </Match>
        <Match when={hopeless() > 0}>
          <Icon name="warn" />
          <span>{t("queue.hopeless_pill", { count: hopeless() })}</span>
        </Match>
        <Match when={waiting() > 0}>
          <Ring done={0} />
          <span>{t("queue.waiting_pill", { count: waiting() })}</span>
        </Match>
        <Match when={paused() > 0}>
          <Icon name="pause" />
          <span>{t("queue.paused_pill", { count: paused() })}</span>
        </Match>
      </Switch>
    </button>
  );
}
