// A job that waits for its turn. It is moved by its grip or with Alt and the arrow keys; its seed and length can change.

import { Show, createSignal, type JSX } from "solid-js";
import type { JobView } from "../../backend";
import { Button } from "../../components/Button";
import { TextCell } from "../../components/Cell";
import { Icon } from "../../components/Icon";
import { openMenu, type MenuEntry } from "../../components/Menu";
import { MoreButton } from "../../components/MoreButton";
import { t } from "../../i18n";
import { isComposing } from "../../lib/keys";
import { useStudio } from "../../state/studio";
import { orderText } from "./words";
import "./WaitingJob.css";

interface WaitingJobProps {
  job: JobView;
  /** Something carried would land before this row. */
  isBefore: boolean;
  /** Something carried would land behind it, at the end. */
  isLastGap: boolean;
  onCarry(press: PointerEvent): void;
  onStep(by: -1 | 1): void;
}

/** A job that waits for its turn. */
export function WaitingJob(props: WaitingJobProps): JSX.Element {
  const studio = useStudio();
  const [isEdited, setEdited] = createSignal(false);
  const isPaused = () => props.job.state === "paused";
  const id = () => props.job.id;
  const seedText = () => String(props.job.seed ?? "");
  const secondsText = () => String(props.job.seconds ?? "");

  function setSeed(text: string) {
    const seed = Number(text);
    if (text !== "" && Number.isSafeInteger(seed) && seed >= 0 && seed !== props.job.seed) {
      void studio.act("jobs.edit", { id: id(), seed });
    }
  }
  function setSeconds(text: string) {
    const seconds = text === "" ? null : Number.parseFloat(text.replace(",", "."));
    if (seconds !== null && !(seconds > 0)) return;
    if (seconds !== props.job.seconds) void studio.act("jobs.edit", { id: id(), seconds });
  }
  const menu = (): MenuEntry[] => [
    isPaused()
      ? { label: t("queue.resume"), icon: "play", run: () => void studio.act("jobs.resume", { id: id() }) }
      : { label: t("queue.pause"), icon: "pause", run: () => void studio.act("jobs.pause", { id: id() }) },
    { label: t("queue.front"), icon: "up", run: () => void studio.act("jobs.move", { id: id(), place: "front" }) },
    { label: t("queue.edit"), icon: "pen", run: () => setEdited(true) },
    { label: t("queue.duplicate"), icon: "dice", run: () => void studio.act("jobs.duplicate", { id: id() }) },
    "rule",
    { label: t("queue.cancel"), icon: "close", tone: "danger", run: () => void studio.act("jobs.cancel", { id: id() }) },
  ];

  function onKeyDown(event: KeyboardEvent & { currentTarget: HTMLElement; target: Element }) {
    if (event.target !== event.currentTarget || isComposing(event)) return;
    const row = event.currentTarget;
    if (event.altKey && event.key === "ArrowUp") props.onStep(-1);
    else if (event.altKey && event.key === "ArrowDown") props.onStep(1);
    else if (event.key === "ArrowUp") focusRow(row.previousElementSibling);
    else if (event.key === "ArrowDown") focusRow(row.nextElementSibling);
    else if (event.key === "Enter") setEdited(!isEdited());
    else if (event.key === "Delete") {
      focusRow(row.nextElementSibling ?? row.previousElementSibling);
      void studio.act("jobs.cancel", { id: id() });
    } else if (event.key === "ContextMenu") openMenu(row, menu(), props.job.shot_title);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <li
      class="waiting"
      classList={{ "waiting-before": props.isBefore, "waiting-after": props.isLastGap, "waiting-paused": isPaused() }}
      tabIndex={0}
      aria-label={`${props.job.shot_title}, ${orderText(props.job)}. ${t("queue.move_hint")}`}
      on:keydown={onKeyDown as (event: KeyboardEvent) => void}
      onContextMenu={(event) => {
        event.preventDefault();
        openMenu({ x: event.clientX, y: event.clientY }, menu(), props.job.shot_title);
      }}
    >
      <div class="waiting-row">
        <span
          class="waiting-grip"
          onPointerDown={(event) => {
            if (event.button !== 0) return;
            event.preventDefault();
            props.onCarry(event);
          }}
        >
          <Icon name="grip" />
        </span>
        <div class="waiting-words">
          <div>{props.job.shot_title}</div>
          <small>
            <Show when={isPaused()}>{t("queue.paused")} · </Show>
            {orderText(props.job)}
          </small>
        </div>
        <Button
          kind="quiet"
          size="small"
          icon={isPaused() ? "play" : "pause"}
          label={isPaused() ? t("queue.resume") : t("queue.pause")}
          onClick={() => void studio.act(isPaused() ? "jobs.resume" : "jobs.pause", { id: id() })}
        />
        <MoreButton label={t("queue.more")} title={props.job.shot_title} entries={menu} />
      </div>
      <Show when={isEdited()}>
        <div class="waiting-edit">
          <TextCell
            name={t("shot.seed")}
            value={seedText()}
            numeric
            field={(element) => queueMicrotask(() => element.focus())}
            onDone={setSeed}
          />
          <TextCell
            name={t("shot.seconds")}
            value={secondsText()}
            numeric
            onDone={setSeconds}
          />
          <Button kind="quiet" size="small" onClick={() => setEdited(false)}>
            {t("done")}
          </Button>
        </div>
      </Show>
    </li>
  );
}

const focusRow = (row: Element | null) => row instanceof HTMLElement && row.focus();
