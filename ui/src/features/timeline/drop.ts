// What can be dropped on the timeline, from the library or as files: films, pictures and takes become clips, sounds go on
// their tracks.

import type { AudioTrack, MediaItem, Timeline, TimelineEdit } from "../../backend";
import { openMenu } from "../../components/Menu";
import { t } from "../../i18n";
import { acceptCarried, type Carried, type DragPoint } from "../../lib/drag";
import { insertOf } from "../../lib/footage";
import { referenceTo } from "../../lib/media";
import { RATE } from "../../lib/timecode";
import { inserted } from "../../lib/timeline/reorder";
import { boundaryNear } from "../../lib/timeline/scale";
import { snap } from "../../lib/timeline/snap";
import { soundMoved } from "../../lib/timeline/sounds";
import type { Studio } from "../../state/studio";
import { acceptFiles } from "../library/drop";
import type { TimelineModel } from "./model";

/** The clip that shows where something would go. */
const GHOST = "carried";

/** Frames of a shot that is still to be made. */
const usual = (studio: Studio): number => {
  const model = studio.status()?.models.find((one) => one.name === studio.project()?.model);
  return Math.round((model?.seconds[2] ?? 4) * RATE) + 1;
};

/** The main track takes films, pictures, takes and shots; of files, films and pictures. */
export function acceptShots(lane: Element, studio: Studio, model: TimelineModel): void {
  const frameAt = (x: number) => {
    const frame = boundaryNear(model.scale(), model.laneX(x));
    const isFree = model.told().track === "free";
    return isFree ? frame + snap([frame], 0, model.points(new Set()), model.zoom()).by : frame;
  };
  const framesOf = (carried: Carried) => {
    if (carried.kind === "take") return model.takesOf(carried.shot).find((take) => take.id === carried.take)?.frames ?? usual(studio);
    if (carried.kind === "shot") return model.lengths(carried.shot) ?? usual(studio);
    const item = "sha256" in carried ? mediaOf(studio, carried.sha256) : undefined;
    return (item && insertOf(item, 0)?.frames) ?? usual(studio);
  };
  const ghost = (shot: string, frames: number, at: number) => {
    const track = inserted(model.told(), shot, frames, at, GHOST);
    model.setPreview({ track, held: { ids: new Set<string>(), by: 0 } });
  };
  acceptCarried(lane, {
    accepts: (carried) => ["film", "picture", "take", "shot"].includes(carried.kind),
    over: (carried, point) => ghost("shot" in carried ? carried.shot : "", framesOf(carried), frameAt(point.x)),
    leave: () => model.settle(),
    drop: (carried, point) => void put(carried, frameAt(point.x)),
  });
  acceptFiles(lane, {
    over: (point) => ghost("", usual(studio), frameAt(point.x)),
    leave: () => model.settle(),
    take: (media, point) => void putMedia(media, frameAt(point.x)),
  });

  async function put(carried: Carried, at: number) {
    if (carried.kind === "take") {
      const isChosen = model.shot(carried.shot)?.take === carried.take;
      if (!isChosen) await studio.act("shot.choose_take", { shot: carried.shot, take: carried.take });
      await model.commit([{ kind: "insert_clip", shot: carried.shot, at }]);
    } else if (carried.kind === "shot") {
      await model.commit([{ kind: "insert_clip", shot: carried.shot, at }]);
    } else if (carried.kind === "film" || carried.kind === "picture") {
      const item = mediaOf(studio, carried.sha256);
      if (item) await putMedia([item], at);
    }
  }

  /** Several files go one behind the other. */
  async function putMedia(media: readonly MediaItem[], at: number) {
    let end = at;
    const edits = media.flatMap((item): TimelineEdit[] => {
      const edit = insertOf(item, end);
      end += edit?.frames ?? 0;
      return edit ? [edit] : [];
    });
    if (edits.length === 0) studio.notify("info", t("drop.imported", { count: media.length }));
    await model.commit(edits);
    model.settle();
  }
}

const mediaOf = (studio: Studio, sha256: string): MediaItem | undefined =>
  studio.project()?.media.find((one) => one.sha256 === sha256);

/** Sounds are heard, and films that have one. */
const isHeard = (item: MediaItem | undefined): boolean => item?.kind === "sound" || item?.has_sound === true;

/** A track takes sounds, also those of films; `track` is null where there is none yet. */
export function acceptSounds(lane: Element, studio: Studio, model: TimelineModel, track: string | null): void {
  const place = (carried: Carried, point: DragPoint) => {
    const media = "sha256" in carried ? mediaOf(studio, carried.sha256) : undefined;
    if (!media || !isHeard(media)) return null;
    const frames = media.frames ?? usual(studio);
    const at = boundaryNear(model.scale(), model.laneX(point.x));
    const found = snap([at, at + frames], 0, model.points(new Set()), model.zoom());
    const item = { id: GHOST, media: referenceTo(media), start: at + found.by, in: 0, out: frames, gain_db: 0, fade_in: 0, fade_out: 0 };
    return { item: soundMoved(tracksItems(model.told(), track), item, item.start), snappedTo: found.at };
  };
  acceptCarried(lane, {
    accepts: (carried) => "sha256" in carried && isHeard(mediaOf(studio, carried.sha256)),
    over(carried, point) {
      const found = place(carried, point);
      if (found && track !== null) model.setPreview({ sound: { track, item: found.item }, snappedTo: found.snappedTo });
    },
    leave: () => model.settle(),
    drop(carried, point) {
      const found = place(carried, point);
      if (!found) return model.settle();
      const { media, start, out } = found.item;
      const add = (kind_of_track: AudioTrack["kind"]) => {
        const edit: TimelineEdit = { kind: "add_audio", track, kind_of_track, media, start, frames: out };
        void model.commit([edit]);
      };
      if (track !== null) return add("music");
      // Music makes room for those who speak, a voice does not: the window cannot hear which it is.
      openMenu(
        { x: point.x, y: point.y },
        [
          { label: t("timeline.music"), detail: t("timeline.duck_hint"), run: () => add("music") },
          { label: t("timeline.voice"), detail: t("timeline.duck_off_hint"), run: () => add("voice") },
        ],
        t("timeline.new_track"),
      );
    },
  });
}

const tracksItems = (timeline: Timeline, track: string | null) =>
  timeline.tracks.find((one) => one.id === track)?.items ?? [];
