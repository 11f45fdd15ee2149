// A clip on the main track: the film of its take, its title, and a word about how far it is.

import { Show, createMemo, type JSX } from "solid-js";
import { mediaPath } from "../../lib/media";
import { openMenu } from "../../components/Menu";
import { t } from "../../i18n";
import { seconds } from "../../lib/timecode";
import { endOf, framesOf } from "../../lib/timeline/clips";
import { useStudio } from "../../state/studio";
import { useView } from "../../state/view";
import { badgeOf, seenTake, titleOf } from "./badge";
import { boxOf } from "./box";
import { Film } from "./Film";
import { clipMenu, takesMenu } from "./menus";
import { pressClip, pressEdge, selectClip } from "./gestures/clips";
import { useTimeline } from "./model";
import { useJobs } from "./jobs";
import "./ClipBox.css";

/** Below these widths the badge and the title are left out. */
const BADGE_PX = 92;
const TITLE_PX = 34;

/** A clip. */
export function ClipBox(props: { id: string }): JSX.Element {
  const studio = useStudio();
  const view = useView();
  const model = useTimeline();
  const jobs = useJobs();
  const box = boxOf(() => props.id);
  const clip = () => model.clip(props.id);
  const shot = () => {
    const now = clip();
    return now && model.shot(now.shot);
  };
  const takes = () => model.takesOf(clip()?.shot ?? "");
  const badge = createMemo(() => {
    const now = shot();
    return now && badgeOf(now, takes(), jobs().get(now.id));
  });
  const title = createMemo(() => {
    const now = shot();
    return now ? titleOf(now, model.number(now.id)) : "";
  });
  const take = () => {
    const now = shot();
    return now && seenTake(now, takes());
  };
  const picture = createMemo(() => {
    const seen = take();
    if (seen) return studio.backend.mediaUrl(seen.poster);
    const image = shot()?.image;
    return image ? studio.backend.mediaUrl(mediaPath(image)) : null;
  });
  const isSelected = () => view.clips().has(props.id);
  const isHeld = () => model.preview()?.held?.ids.has(props.id) ?? false;
  const isStale = () => take() !== undefined && shot()?.is_fresh === false;
  const order = () => model.told().clips.findIndex((one) => one.id === props.id);
  // The tab key reaches one clip: the one last chosen, or the first.
  const isStop = () => (model.anchor() ?? model.told().clips[0]?.id) === props.id;
  const label = () => {
    const now = clip();
    if (!now) return "";
    const said = { title: title(), seconds: seconds(framesOf(now)), state: badge()?.said ?? badge()?.text ?? "" };
    return t(isStale() ? "timeline.clip_label_changed" : "timeline.clip_label", said);
  };

  return (
    <div
      class="clip"
      classList={{
        "clip-selected": isSelected(),
        "clip-held": isHeld(),
        "clip-blank": !take(),
        "clip-ghost": order() < 0,
      }}
      style={{ transform: `translateX(${box.x()}px)`, width: `${box.width()}px` }}
      role="option"
      id={`clip-${props.id}`}
      data-clip={props.id}
      aria-selected={isSelected()}
      aria-label={label()}
      aria-setsize={model.told().clips.length}
      aria-posinset={order() + 1}
      tabIndex={isStop() ? 0 : -1}
      onPointerDown={(event) => pressClip(model, view, event, props.id)}
      onDblClick={() => {
        const now = clip();
        if (now) view.setPlayhead(now.start);
      }}
      onFocus={() => {
        // Reached by the tab key: what is focused is what the keys act on.
        if (!isSelected() && view.clips().size === 0) selectClip(model, view, props.id, "only");
        const now = clip();
        if (now) model.revealFrame(Math.min(now.start, endOf(now)));
      }}
      onContextMenu={(event) => {
        event.preventDefault();
        if (!isSelected()) selectClip(model, view, props.id, "only");
        openMenu({ x: event.clientX, y: event.clientY }, clipMenu(model.told().track), title());
      }}
    >
      <div
        class="clip-film"
        classList={{ "clip-film-reference": !take() && picture() !== null }}
        style={{ "background-image": picture() ? `url("${picture()}")` : "none" }}
      >
        <Show when={box.width() >= TITLE_PX && take()}>
          {(seen) => (
            <Film from={clip()?.in ?? 0} take={seen()} url={studio.backend.mediaUrl(seen().clip)} width={box.width()} />
          )}
        </Show>
      </div>
      <Show when={badge()?.progress ?? undefined}>
        {(progress) => <div class="clip-progress" style={{ transform: `scaleX(${progress()})` }} />}
      </Show>
      <Show when={box.width() >= BADGE_PX && badge()}>
        {(now) => (
          <span
            class="clip-badge"
            classList={{ [`clip-badge-${now().tone}`]: true, "clip-badge-menu": takes().length > 1 }}
            onPointerDown={(event) => {
              if (takes().length < 2 || event.button !== 0) return;
              event.stopPropagation();
              selectClip(model, view, props.id, "only");
              openMenu(event.currentTarget, takesMenu(studio, shot(), takes()), t("timeline.takes"));
            }}
          >
            <Show when={isStale()}>
              <i class="clip-stale" data-tip={t("timeline.stale")} />
            </Show>
            {now().text}
          </span>
        )}
      </Show>
      <Show when={box.width() >= TITLE_PX}>
        <p class="clip-title">{title()}</p>
      </Show>
      <div class="clip-edge clip-edge-in" onPointerDown={(event) => grab(event, "in")} />
      <div class="clip-edge clip-edge-out" onPointerDown={(event) => grab(event, "out")} />
    </div>
  );

  function grab(event: PointerEvent, edge: "in" | "out") {
    event.stopPropagation();
    pressEdge(model, view, event, props.id, edge);
  }
}
