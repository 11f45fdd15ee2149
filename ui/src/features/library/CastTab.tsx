// Who appears in the project.

import { Show, createMemo, type JSX } from "solid-js";
import type { Character, ProjectView } from "../../backend";
import { Button } from "../../components/Button";
import { Icon } from "../../components/Icon";
import { t } from "../../i18n";
import { mediaPath } from "../../lib/media";
import { namesIn } from "../../lib/mentions";
import { useStudio } from "../../state/studio";
import { useView } from "../../state/view";
import { editCharacter } from "../cast/edited";
import { CardGrid, type Card } from "./CardGrid";

/** Who appears in the project. */
export function CastTab(props: { project: ProjectView; matches(text: string): boolean }): JSX.Element {
  const studio = useStudio();
  const view = useView();
  const shot = () => props.project.shots.find((entry) => entry.id === view.shot());

  /** Names them at the end of the shot's description. */
  function use(character: Character) {
    const entry = shot();
    if (!entry) return;
    const words = entry.shot.description.trimEnd();
    const description = words === "" ? `@${character.name} ` : `${words} @${character.name} `;
    void studio.act("shot.edit", { id: entry.id, shot: { ...entry.shot, description } });
  }
  const remove = (character: Character) => void studio.act("cast.remove", { id: character.id });

  const items = createMemo(() =>
    props.project.cast.filter((one) => props.matches(`${one.name} ${one.prompt} ${one.voice}`)),
  );
  const card = (character: Character): Card => ({
    id: character.id,
    get name() {
      return `@${character.name}`;
    },
    get note() {
      const shots = props.project.shots.filter((entry) => namesIn(entry.shot, [character]).length > 0).length;
      return shots > 0 ? t("cast.shots", { count: shots }) : undefined;
    },
    carried: { kind: "character", id: character.id, name: character.name },
    picture: () => (
      <Show
        when={character.picture}
        fallback={
          <span class="card-picture card-blank">
            <Icon name="person" size={20} />
          </span>
        }
      >
        {(picture) => (
          <img
            class="card-picture"
            src={studio.backend.mediaUrl(mediaPath(picture()))}
            alt=""
            loading="lazy"
            draggable={false}
          />
        )}
      </Show>
    ),
    open: () => editCharacter(character),
    remove: () => remove(character),
    menu: () => [
      { label: t("cast.edit"), icon: "pen", run: () => editCharacter(character) },
      { label: t("cast.use"), icon: "plus", disabled: !shot(), run: () => use(character) },
      "rule",
      { label: t("cast.remove"), icon: "trash", tone: "danger", run: () => remove(character) },
    ],
  });

  return (
    <>
      <Show when={items().length > 0} fallback={<p class="library-empty">{t("cast.none")}</p>}>
        <CardGrid label={t("library.cast")} items={items()} card={card} />
      </Show>
      <div class="library-new">
        <Button kind="plain" icon="plus" onClick={() => editCharacter(null)}>
          {t("cast.new")}
        </Button>
      </div>
    </>
  );
}
