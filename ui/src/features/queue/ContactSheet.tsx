// Drafts first: the takes of every shot side by side. They play where the pointer is; those that are liked are picked, and
// only they are finished.

import { For, Show, createMemo, createSignal, type JSX } from "solid-js";
import type { JobView, TakeView } from "../../backend";
import { Button } from "../../components/Button";
import { Icon } from "../../components/Icon";
import { openMenu } from "../../components/Menu";
import { Ring } from "../../components/Ring";
import { t } from "../../i18n";
import { duration, quality } from "../../lib/format";
import { shotName } from "../../lib/shots";
import { useStudio } from "../../state/studio";
import { useView } from "../../state/view";
import { takeMenu } from "../library/takes";
import { stepName } from "../../lib/steps";
import "./ContactSheet.css";

/** The takes of every shot side by side. */
export function ContactSheet(): JSX.Element {
  const studio = useStudio();
  const view = useView();
  const [picked, setPicked] = createSignal<ReadonlySet<string>>(new Set());
  const project = () => studio.project();

  const takesOf = (id: string) =>
    (project()?.takes ?? []).filter((take) => take.shot === id).toReversed();
  const jobsOf = (id: string) =>
    studio.jobs.filter((job) => job.shot === id && (job.state === "running" || job.state === "waiting"));
  const isWide = () => {
    const [width = 9, height = 16] = (project()?.aspect ?? "").split(":").map(Number);
    return width > height;
  };
  const shots = createMemo(() =>
    (project()?.shots ?? []).filter((shot) => takesOf(shot.id).length + jobsOf(shot.id).length > 0),
  );
  /** Those picked that are still there and not finished yet. */
  const toFinish = createMemo(() => {
    const takes = project()?.takes ?? [];
    return takes.filter((take) => picked().has(take.id) && take.can_finish).map((take) => take.id);
  });

  function toggle(take: TakeView) {
    setPicked((now) => {
      const next = new Set(now);
      if (!next.delete(take.id)) next.add(take.id);
      return next;
    });
    if (picked().has(take.id)) void studio.act("shot.choose_take", { shot: take.shot, take: take.id });
  }
  async function finish() {
    const added = await studio.act("jobs.finish", { takes: toFinish() });
    if (added) setPicked(new Set<string>());
  }

  return (
    <>
      <div class="queue-body">
        <Show
          when={shots().length > 0}
          fallback={
            <p class="queue-empty">
              <b>{t("drafts.empty")}</b>
              {t("drafts.empty_why")}
            </p>
          }
        >
          <For each={shots()}>
            {(shot) => (
              <section aria-label={shotTitle(shot.id)}>
                <h3>{shotTitle(shot.id)}</h3>
                <div class="contact" classList={{ "contact-wide": isWide() }} role="group">
                  <For each={jobsOf(shot.id)}>{(job) => <ComingTake job={job} />}</For>
                  <For each={takesOf(shot.id)}>
                    {(take) => (
                      <ContactTake
                        take={take}
                        isPicked={picked().has(take.id)}
                        isUsed={shot.take === take.id}
                        onToggle={() => toggle(take)}
                      />
                    )}
                  </For>
                </div>
              </section>
            )}
          </For>
        </Show>
      </div>
      <footer class="queue-foot">
        <span>{toFinish().length > 0 ? t("drafts.picked", { count: toFinish().length }) : t("drafts.pick")}</span>
        <Button kind="primary" disabled={toFinish().length === 0} onClick={() => void finish()}>
          {t("drafts.finish")}
        </Button>
      </footer>
    </>
  );

  function shotTitle(id: string): string {
    const open = project();
    return open ? shotName(open, id) : "";
  }

  function ContactTake(props: { take: TakeView; isPicked: boolean; isUsed: boolean; onToggle(): void }): JSX.Element {
    const [isOver, setOver] = createSignal(false);
    const [isFocused, setFocused] = createSignal(false);
    const take = () => props.take;
    return (
      <div
        class="contact-take"
        classList={{ "contact-picked": props.isPicked }}
        onPointerEnter={() => setOver(true)}
        onPointerLeave={() => setOver(false)}
        onContextMenu={(event) => {
          event.preventDefault();
          const open = project();
          if (open) openMenu({ x: event.clientX, y: event.clientY }, takeMenu(studio, view, open, take()), t("queue.more"));
        }}
      >
        <button
          type="button"
          aria-pressed={props.isPicked}
          aria-label={[t("take.seed", { seed: take().seed ?? "–" }), props.isUsed ? t("drafts.used") : null]
            .filter((part) => part !== null)
            .join(", ")}
          onFocus={(event) => setFocused(event.currentTarget.matches(":focus-visible"))}
          onBlur={() => setFocused(false)}
          onClick={() => props.onToggle()}
          onDblClick={() => view.setWatched({ kind: "take", take: take().id })}
        >
          <img src={studio.backend.mediaUrl(take().poster)} alt="" loading="lazy" draggable={false} />
          <Show when={isOver() || isFocused()}>
            <video src={studio.backend.mediaUrl(take().clip)} muted autoplay loop playsinline disablepictureinpicture />
          </Show>
          <span class="contact-badge">
            {take().goal === "final" && take().size ? quality(take().size ?? [0, 0]) : (take().seed ?? "–")}
          </span>
          <Show when={props.isPicked}>
            <span class="contact-check">
              <Icon name="check" size={12} />
            </span>
          </Show>
        </button>
        <small>
          <Show when={props.isUsed}>
            <span class="contact-used">{t("drafts.used")}</span>
          </Show>
          <span>{duration(take().cost.seconds)}</span>
        </small>
      </div>
    );
  }

  function ComingTake(props: { job: JobView }): JSX.Element {
    const done = () => {
      const step = props.job.step;
      return step && step.of > 0 ? step.done / step.of : null;
    };
    return (
      <div class="contact-take contact-coming">
        <div class="contact-blank">
          <Show when={props.job.preview}>
            {(preview) => <img src={studio.backend.mediaUrl(preview())} alt="" draggable={false} />}
          </Show>
          <Show when={props.job.state === "running"} fallback={<Icon name="film" />}>
            <Ring done={done()} />
          </Show>
        </div>
        <small>
          <span>{props.job.step ? stepName(props.job.step) : t("queue.waits")}</span>
        </small>
      </div>
    );
  }
}
