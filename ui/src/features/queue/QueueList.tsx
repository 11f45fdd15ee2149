// What runs, what waits, and what has failed.

import { For, Show, createMemo, createSignal, type JSX } from "solid-js";
import type { JobView } from "../../backend";
import { t } from "../../i18n";
import { troubleText } from "../../i18n/problem";
import { startDrag } from "../../lib/drag";
import { useStudio } from "../../state/studio";
import { FailedJob } from "./FailedJob";
import { RunningJob } from "./RunningJob";
import { Stranded } from "./Stranded";
import { WaitingJob } from "./WaitingJob";
import { stranded } from "./hopeless";

/** What runs, what waits, and what has failed. */
export function QueueList(): JSX.Element {
  const studio = useStudio();
  const of = (...states: JobView["state"][]) => studio.jobs.filter((job) => states.includes(job.state));
  const running = createMemo(() => of("running"));
  const waiting = createMemo(() => of("waiting", "paused"));
  const failed = createMemo(() => of("failed"));
  const hopeless = createMemo(() => stranded(studio.jobs));
  /** Engines that were lost and are tried again: what waits for them may still be made. */
  const troubles = () =>
    (studio.status()?.engines ?? []).flatMap((engine) =>
      engine.state.state === "lost" ? [t("queue.engine_trouble", { name: engine.name, why: troubleText(engine.state.why) })] : [],
    );
  const [gap, setGap] = createSignal<number | null>(null);
  let list: HTMLUListElement | undefined;

  /** Between which rows the pointer is: 0 is before the first. */
  function gapAt(y: number): number {
    const rows = [...(list?.children ?? [])].map((row) => row.getBoundingClientRect());
    const below = rows.findIndex((row) => y < row.top + row.height / 2);
    return below < 0 ? rows.length : below;
  }
  function put(job: JobView, to: number) {
    const others = waiting().filter((other) => other.id !== job.id);
    const at = waiting().findIndex((other) => other.id === job.id);
    const place = to > at ? to - 1 : to;
    if (place === at) return;
    const next = others[place];
    void studio.act("jobs.move", { id: job.id, place: next ? { before: next.id } : "end" });
  }
  function carry(press: PointerEvent, job: JobView) {
    startDrag(press, {
      move: ({ y }) => setGap(gapAt(y)),
      end: ({ y }) => {
        setGap(null);
        put(job, gapAt(y));
      },
      cancel: () => setGap(null),
    });
  }
  /** Moves by keys; the row keeps the focus. */
  function step(job: JobView, by: -1 | 1) {
    const at = waiting().findIndex((other) => other.id === job.id);
    const to = by < 0 ? at - 1 : at + 2;
    if (at < 0 || at + by < 0 || at + by >= waiting().length) return;
    put(job, to);
  }

  return (
    <div class="queue-body">
      <Show when={running().length + waiting().length + failed().length === 0}>
        <p class="queue-empty">
          <b>{t("queue.empty")}</b>
          {t("queue.empty_why")}
        </p>
      </Show>
      <Show when={studio.status()?.runner === "elsewhere"}>
        <p class="queue-elsewhere">{t("queue.elsewhere")}</p>
      </Show>
      <For each={hopeless()}>{({ jobs, why }) => <Stranded jobs={jobs} why={why} />}</For>
      <Show when={running().length === 0 && waiting().some((job) => job.state === "waiting" && job.hopeless === null)}>
        <For each={troubles()}>{(trouble) => <p class="queue-elsewhere">{trouble}</p>}</For>
      </Show>
      <Show when={running().length > 0}>
        <section aria-label={t("queue.running")}>
          <For each={running()}>{(job) => <RunningJob job={job} />}</For>
        </section>
      </Show>
      <Show when={failed().length > 0}>
        <section aria-label={t("queue.failed")}>
          <h3>{t("queue.failed")}</h3>
          <For each={failed()}>{(job) => <FailedJob job={job} />}</For>
        </section>
      </Show>
      <Show when={waiting().length > 0}>
        <section aria-label={t("queue.waiting")}>
          <h3>{t("queue.waiting_count", { count: waiting().length })}</h3>
          <ul class="waiting-list" ref={(element) => (list = element)}>
            <For each={waiting()}>
              {(job, index) => (
                <WaitingJob
                  job={job}
                  isBefore={gap() === index()}
                  isLastGap={gap() === waiting().length && index() === waiting().length - 1}
                  onCarry={(press) => carry(press, job)}
                  onStep={(by) => step(job, by)}
                />
              )}
            </For>
          </ul>
        </section>
      </Show>
    </div>
  );
}
