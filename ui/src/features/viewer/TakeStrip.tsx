// The takes of the shot that is looked at, beside the picture: rest on one to see it move, click to use it.

import { For, Show, createSignal, type JSX } from "solid-js";
import type { JobView, ShotEntry, TakeView } from "../../backend";
import { openMenu } from "../../components/Menu";
import { Ring } from "../../components/Ring";
import { t } from "../../i18n";
import { quality } from "../../lib/format";
import { pieceAt } from "../../lib/programme";
import { shotTitle } from "../../lib/shots";
import { usePlayer } from "../../state/player";
import { useStudio } from "../../state/studio";
import { useView } from "../../state/view";
import { jobsOf } from "./looked";
import { stageName } from "../../lib/steps";
import { stepFraction, stepText } from "./step";
import "./TakeStrip.css";

/** The takes of a shot, and those that are being made. */
export function TakeStrip(props: { shot: ShotEntry; takes: readonly TakeView[] }): JSX.Element {
  const studio = useStudio();
  const view = useView();
  const player = usePlayer();
  const clip = () => studio.project()?.timeline.clips.find((one) => one.shot === props.shot.id);
  const number = () => (studio.project()?.shots.findIndex((one) => one.id === props.shot.id) ?? 0) + 1;
  const name = () => shotTitle(props.shot, number());
  // The picture may be of another shot than the selected one: then the strip says whose takes these are.
  const isElsewhere = () => {
    if (view.watched().kind !== "timeline") return false;
    const all = player.programme();
    return all.pieces[pieceAt(all, player.frame())]?.shot !== props.shot.id;
  };
  const goThere = () => {
    const first = clip();
    if (first) player.seek(first.start);
  };
  const jobs = () => jobsOf(studio.jobs, props.shot.id).filter((job) => job.state === "running");
  return (
    <Show when={props.takes.length > 0 || jobs().length > 0}>
      <div class="take-strip">
        <Show when={isElsewhere()}>
          <button type="button" class="take-strip-shot" data-tip={name()} onClick={goThere}>
            {t("top.shot", { number: number() })}
          </button>
        </Show>
        <ul aria-label={t("takes.of", { shot: name() })}>
        <For each={props.takes}>{(take) => <TakeCard take={take} shot={props.shot} />}</For>
        <For each={jobs()}>{(job) => <JobCard job={job} />}</For>
      </ul>
      </div>
    </Show>
  );
}

function TakeCard(props: { take: TakeView; shot: ShotEntry }): JSX.Element {
  const studio = useStudio();
  const view = useView();
  const [isPointed, setPointed] = createSignal(false);
  const name = () => {
    const { goal, seed, size } = props.take;
    if (goal === "final") return size ? t("takes.finished_size", { size: quality(size) }) : t("take.finished");
    return seed === null ? t("take.draft") : t("takes.draft_seed", { seed });
  };
  const isUsed = () => props.shot.take === props.take.id;
  const others = () => studio.project()?.takes.filter((take) => take.shot === props.shot.id && take.id !== props.take.id) ?? [];
  const menu = (place: Element | { x: number; y: number }) =>
    openMenu(
      place,
      [
        { label: t("take.choose"), checked: isUsed(), run: use },
        { label: t("takes.watch"), run: () => view.setWatched({ kind: "take", take: props.take.id }) },
        ...others().slice(0, 1).map((other) => ({
          label: t("takes.beside"),
          run: () => view.setWatched({ kind: "pair", takes: [props.shot.take ?? other.id, props.take.id].includes(other.id) ? [props.take.id, other.id] : [props.shot.take ?? other.id, props.take.id] }),
        })),
        ...(props.take.can_finish
          ? [{ label: t("take.finish"), run: () => void studio.act("jobs.finish", { takes: [props.take.id] }) }]
          : []),
      ],
      name(),
    );
  const use = () => void studio.act("shot.choose_take", { shot: props.shot.id, take: props.take.id });

  return (
    <li class="take-card" classList={{ "take-used": isUsed() }}>
      <button
        type="button"
        aria-pressed={isUsed()}
        aria-label={name()}
        onClick={use}
        onDblClick={() => view.setWatched({ kind: "take", take: props.take.id })}
        onContextMenu={(event) => (event.preventDefault(), menu({ x: event.clientX, y: event.clientY }))}
        onPointerEnter={() => setPointed(true)}
        onPointerLeave={() => setPointed(false)}
        onFocus={(event) => setPointed(event.currentTarget.matches(":focus-visible"))}
        onBlur={() => setPointed(false)}
      >
        <img src={studio.backend.mediaUrl(props.take.poster)} alt="" draggable={false} />
        <Show when={isPointed()}>
          <video src={studio.backend.mediaUrl(props.take.clip)} muted autoplay loop playsinline tabIndex={-1} />
        </Show>
        <span class="take-badge take-name">{name()}</span>
      </button>
    </li>
  );
}

function JobCard(props: { job: JobView }): JSX.Element {
  const studio = useStudio();
  const view = useView();
  const short = () => {
    const step = props.job.step;
    return step && step.of > 1 ? `${stageName(step.stage)} ${step.done}/${step.of}` : stepText(props.job);
  };
  return (
    <li class="take-card take-making">
      <button type="button" aria-label={stepText(props.job)} onClick={() => view.setQueueOpen(true)}>
        <Show when={props.job.preview}>{(preview) => <img src={studio.backend.mediaUrl(preview())} alt="" draggable={false} />}</Show>
        <span class="take-badge">
          <Ring done={stepFraction(props.job)} size={12} />
          {short()}
        </span>
      </button>
    </li>
  );
}
