// The pictures and films of the project.

import { Show, createMemo, type JSX } from "solid-js";
import type { MediaItem, ProjectView, TimelineEdit } from "../../backend";
import { Icon } from "../../components/Icon";
import { t } from "../../i18n";
import { insertOf } from "../../lib/footage";
import { duration } from "../../lib/format";
import { bareName, mediaPath, referenceTo } from "../../lib/media";
import { openNew } from "../../state/open";
import { useStudio } from "../../state/studio";
import { useView } from "../../state/view";
import { editCharacter } from "../cast/edited";
import { CardGrid, type Card } from "./CardGrid";

/** The pictures and films of the project. */
export function PicturesTab(props: { project: ProjectView; matches(text: string): boolean }): JSX.Element {
  const studio = useStudio();
  const view = useView();

  async function newShot(item: MediaItem) {
    const id = await studio.act("shot.add", { image: referenceTo(item) });
    if (id !== undefined) openNew(view, id);
  }
  function use(item: MediaItem) {
    const id = view.shot();
    if (id === null) void newShot(item);
    else void studio.act("shot.edit", { id, image: referenceTo(item) });
  }
  const remove = (item: MediaItem) => void studio.act("media.remove", { sha256: item.sha256 });

  const edit = (edits: TimelineEdit[]) => void studio.act("timeline.edit", { edits });
  function place(item: MediaItem) {
    const insert = insertOf(item, view.playhead());
    if (insert) edit([insert]);
  }
  function placeSound(item: MediaItem) {
    const frames = item.frames ?? props.project.rate;
    edit([{ kind: "add_audio", track: null, kind_of_track: "music", media: referenceTo(item), start: view.playhead(), frames }]);
  }

  const items = createMemo(() =>
    props.project.media.filter((item) => item.kind !== "sound" && props.matches(item.name)),
  );
  const card = (item: MediaItem): Card => (item.kind === "film" ? filmCard(item) : pictureCard(item));
  const filmCard = (item: MediaItem): Card => ({
    id: item.sha256,
    name: bareName(item.name),
    note: item.frames === null ? undefined : duration(item.frames / props.project.rate),
    carried: { kind: "film", sha256: item.sha256, name: item.name },
    picture: () => (
      <span class="card-film">
        <img
          class="card-picture"
          src={studio.backend.mediaUrl(`${mediaPath(item)}/poster.png`)}
          alt=""
          loading="lazy"
          decoding="async"
          draggable={false}
        />
        <Icon name="film" size={14} />
      </span>
    ),
    open: () => place(item),
    remove: () => remove(item),
    menu: () => [
      { label: t("library.to_timeline"), icon: "film", run: () => place(item) },
      { label: t("library.sound_of_film"), icon: "voice", disabled: !item.has_sound, run: () => placeSound(item) },
      "rule",
      { label: t("library.remove"), icon: "trash", tone: "danger", run: () => remove(item) },
    ],
  });
  const pictureCard = (item: MediaItem): Card => ({
    id: item.sha256,
    name: bareName(item.name),
    carried: { kind: "picture", sha256: item.sha256, name: item.name },
    picture: () => (
      <img
        class="card-picture"
        src={studio.backend.mediaUrl(mediaPath(item))}
        alt=""
        loading="lazy"
        decoding="async"
        draggable={false}
      />
    ),
    open: () => use(item),
    remove: () => remove(item),
    menu: () => [
      { label: t("library.use_picture"), icon: "image", disabled: view.shot() === null, run: () => use(item) },
      { label: t("library.new_shot"), icon: "plus", run: () => void newShot(item) },
      { label: t("library.to_timeline"), icon: "film", run: () => place(item) },
      {
        label: t("library.new_character"),
        icon: "person",
        run: () => editCharacter({ picture: referenceTo(item), name: "" }),
      },
      "rule",
      { label: t("library.remove"), icon: "trash", tone: "danger", run: () => remove(item) },
    ],
  });

  return (
    <Show when={items().length > 0} fallback={<p class="library-empty">{t("library.no_pictures")}</p>}>
      <CardGrid label={t("library.pictures")} items={items()} card={card} />
    </Show>
  );
}
