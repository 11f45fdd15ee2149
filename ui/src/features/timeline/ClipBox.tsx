// A clip on the main track: its film, its title, how it comes and goes, and a word about how far it is.

import { Show, createMemo, type JSX } from "solid-js";
import { Icon } from "../../components/Icon";
import { footageName, footagePicture } from "../../lib/footage";
import { mediaPath } from "../../lib/media";
import { shotTitle } from "../../lib/shots";
import { openMenu } from "../../components/Menu";
import { t } from "../../i18n";
import { seconds } from "../../lib/timecode";
import { endOf, framesOf } from "../../lib/timeline/clips";
import { speedOf } from "../../lib/timeline/pace";
import { useStudio } from "../../state/studio";
import { useView } from "../../state/view";
import { badgeOf, seenTake } from "./badge";
import { boxOf } from "./box";
import { Fades } from "./Fades";
import { Film, type Reel } from "./Film";
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
  const footage = () => model.footage(clip()?.shot ?? "");
  const title = createMemo(() => {
    const shown = footage();
    if (shown) return footageName(shown);
    const now = shot();
    return now ? shotTitle(now, model.number(now.id)) : "";
  });
  const take = () => {
    const now = shot();
    return now && seenTake(now, takes());
  };
  const picture = createMemo(() => {
    const shown = footage();
    if (shown) return studio.backend.mediaUrl(footagePicture(shown));
    const seen = take();
    if (seen) return studio.backend.mediaUrl(seen.poster);
    const image = shot()?.image;
    return image ? studio.backend.mediaUrl(mediaPath(image)) : null;
  });
  /** The film that pictures are taken out of: that of its take, or one from elsewhere. */
  const film = createMemo((): Reel | null => {
    const shown = footage();
    if (shown?.kind === "film") {
      const size = studio.project()?.media.find((one) => one.sha256 === shown.media.sha256)?.size ?? null;
      return { url: studio.backend.mediaUrl(mediaPath(shown.media)), size, frames: shown.frames };
    }
    const seen = take();
    return seen ? { url: studio.backend.mediaUrl(seen.clip), size: seen.size, frames: seen.frames } : null;
  });
  const speed = () => {
    const now = clip();
    return now ? speedOf(now) : 1;
  };
  const isSelected = () => view.clips().has(props.id);
  const isHeld = () => model.preview()?.held?.ids.has(props.id) ?? false;
  const isStale = () => take() !== undefined && shot()?.is_fresh === false;
  const order = () => model.told().clips.findIndex((one) => one.id === props.id);
  // The tab key reaches one clip: the one last chosen, or the first.
  const isStop = () => (model.anchor() ?? model.told().clips[0]?.id) === props.id;
  const label = () => {
    const now = clip();
    if (!now) return "";
    const shown = footage();
    const said = { title: title(), seconds: seconds(framesOf(now)), state: badge()?.said ?? badge()?.text ?? "" };
    const label = shown
      ? t("timeline.footage_label", { ...said, kind: t(`timeline.footage_${shown.kind}`) })
      : t(isStale() ? "timeline.clip_label_changed" : "timeline.clip_label", said);
    return speed() === 1 ? label : t("timeline.clip_at_speed", { label, speed: speed() });
  };

  return (
    <div
      class="clip"
      classList={{
        "clip-selected": isSelected(),
        "clip-held": isHeld(),
        "clip-blank": !take() && !footage(),
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
        openMenu({ x: event.clientX, y: event.clientY }, clipMenu(model.told().track, footage() === undefined), title());
      }}
    >
      <div
        class="clip-film"
        classList={{ "clip-film-reference": !take() && !footage() && picture() !== null }}
        style={{ "background-image": picture() ? `url("${picture()}")` : "none" }}
      >
        <Show when={box.width() >= TITLE_PX && film()}>
          {(reel) => <Film from={clip()?.in ?? 0} speed={speed()} reel={reel()} x={box.x()} width={box.width()} />}
        </Show>
      </div>
      <Fades id={props.id} width={box.width()} />
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
        <Show when={speed() !== 1}>
          <span class="clip-speed">{t("timeline.speed_badge", { speed: Number(speed().toPrecision(3)) })}</span>
        </Show>
        <p class="clip-title">
          <Show when={footage()}>{(shown) => <Icon name={shown().kind === "film" ? "film" : "image"} size={12} />}</Show>
          {title()}
        </p>
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
