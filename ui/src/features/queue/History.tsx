// What came to its end, and what it took.

import { For, Show, createEffect, createMemo, createResource, on, type JSX } from "solid-js";
import type { JobView } from "../../backend";
import { Icon, type IconName } from "../../components/Icon";
import { openMenu, type MenuEntry } from "../../components/Menu";
import { MoreButton } from "../../components/MoreButton";
import { t } from "../../i18n";
import { duration, energy, memory, when } from "../../lib/format";
import { useStudio } from "../../state/studio";
import { useView } from "../../state/view";
import { orderText } from "./words";
import "./History.css";

const LIMIT = 200;
const SIGNS: Readonly<Record<string, IconName>> = { done: "check", failed: "alert", cancelled: "close" };

/** What came to its end. */
export function History(): JSX.Element {
  const studio = useStudio();
  const view = useView();
  const [jobs, { refetch }] = createResource(
    async () => (await studio.act("jobs.history", { limit: LIMIT })) ?? [],
    { initialValue: [] },
  );
  createEffect(
    on(
      () => studio.jobs.map((job) => `${job.id}${job.state}`).join(),
      () => void refetch(),
      { defer: true },
    ),
  );
  const total = createMemo(() => {
    const costs = jobs.latest.map((job) => job.cost).filter((cost) => cost !== null);
    const wattHours = costs.map((cost) => cost.energy_wh).filter((value) => value !== null);
    return {
      clips: jobs.latest.filter((job) => job.state === "done").length,
      seconds: costs.reduce((sum, cost) => sum + cost.seconds, 0),
      energy: wattHours.length > 0 ? wattHours.reduce((sum, value) => sum + value, 0) : null,
    };
  });
  const cost = (job: JobView) => {
    if (!job.cost) return "";
    const peak = job.cost.peak_device_bytes ?? job.cost.peak_memory_bytes;
    return [
      duration(job.cost.seconds),
      job.cost.energy_wh === null ? null : energy(job.cost.energy_wh),
      peak === null ? null : memory(peak),
    ]
      .filter((part) => part !== null)
      .join(" · ");
  };
  const isHere = (job: JobView) => studio.project()?.takes.some((take) => take.id === job.id) ?? false;
  const menu = (job: JobView): MenuEntry[] => [
    {
      label: t("take.play"),
      icon: "play",
      disabled: !isHere(job),
      run: () => view.setWatched({ kind: "take", take: job.id }),
    },
    { label: t("queue.duplicate"), icon: "dice", run: () => void studio.act("jobs.duplicate", { id: job.id }) },
    {
      label: t("queue.retry"),
      icon: "retry",
      disabled: job.state === "done",
      run: () => void studio.act("jobs.retry", { id: job.id }),
    },
  ];

  return (
    <>
      <div class="queue-body">
        <Show
          when={jobs.latest.length > 0}
          fallback={
            <p class="queue-empty">
              <b>{t("history.empty")}</b>
              {t("history.empty_why")}
            </p>
          }
        >
          <ul class="history">
            <For each={jobs.latest}>
              {(job) => (
                <li
                  class="history-row"
                  onContextMenu={(event) => {
                    event.preventDefault();
                    openMenu({ x: event.clientX, y: event.clientY }, menu(job), job.shot_title);
                  }}
                >
                  <span class={`history-sign history-${job.state}`} data-tip={t(`queue.state_${job.state}`)}>
                    <Icon name={SIGNS[job.state] ?? "check"} size={14} />
                  </span>
                  <div class="history-words">
                    <div>{job.shot_title}</div>
                    <small>{orderText(job)}</small>
                  </div>
                  <div class="history-cost">
                    <div>{cost(job)}</div>
                    <small>{job.finished_unix_ms === null ? "" : when(job.finished_unix_ms)}</small>
                  </div>
                  <MoreButton label={t("queue.more")} title={job.shot_title} entries={() => menu(job)} />
                </li>
              )}
            </For>
          </ul>
        </Show>
      </div>
      <Show when={total().clips > 0}>
        <footer class="queue-foot">
          <span>{t("history.total", { count: total().clips })}</span>
          <span class="history-sum">
            {duration(total().seconds)}
            <Show when={total().energy}>{(sum) => <> · {energy(sum())}</>}</Show>
          </span>
        </footer>
      </Show>
    </>
  );
}
