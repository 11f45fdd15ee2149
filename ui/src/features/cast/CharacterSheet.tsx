// A character: how they are called, look and sound. @name stands for all of it in every shot.

import { Show, createSignal, type JSX } from "solid-js";
import type { Character, MediaRef } from "../../backend";
import { Button } from "../../components/Button";
import { GrowingText } from "../../components/GrowingText";
import { Icon } from "../../components/Icon";
import { Sheet } from "../../components/Sheet";
import { t } from "../../i18n";
import { newId } from "../../lib/id";
import { mediaPath, referenceTo } from "../../lib/media";
import { useStudio } from "../../state/studio";
import { acceptFiles } from "../library/drop";
import { closeCharacter, edited, type EditedCharacter } from "./edited";
import "./CharacterSheet.css";

/** The page of the character that is being edited. */
export function CharacterSheet(): JSX.Element {
  return (
    <Show when={edited()} keyed>
      {(character) => <CharacterPage character={character} />}
    </Show>
  );
}

function CharacterPage(props: { character: EditedCharacter }): JSX.Element {
  const studio = useStudio();
  const start = props.character;
  const [name, setName] = createSignal(start.name);
  const [voice, setVoice] = createSignal(start.voice);
  const [prompt, setPrompt] = createSignal(start.prompt);
  const [picture, setPicture] = createSignal<MediaRef | null>(start.picture);
  const [isTarget, setTarget] = createSignal(false);
  const trimmed = () => name().trim().replace(/^@+/, "");
  const isTaken = () =>
    studio.project()?.cast.some(
      (other) => other.id !== start.id && other.name.toLowerCase() === trimmed().toLowerCase(),
    ) ?? false;
  const canSave = () => trimmed() !== "" && !isTaken();

  async function pick() {
    const paths = await studio.backend.pickFiles("pictures");
    if (!paths?.length) return;
    const [item] = (await studio.act("media.import", { paths: paths.slice(0, 1) })) ?? [];
    if (item) setPicture(referenceTo(item));
  }
  async function save() {
    if (!canSave()) return;
    const character: Character = {
      ...start,
      id: start.id ?? newId(),
      name: trimmed(),
      voice: voice().trim(),
      prompt: prompt().trim(),
      picture: picture(),
    };
    try {
      await studio.call("cast.put", { character });
      closeCharacter();
    } catch {
      // Told at the edge of the window; what was typed stays.
    }
  }

  return (
    <Sheet
      title={start.id === null ? t("cast.new") : `@${start.name}`}
      size="small"
      onClose={closeCharacter}
      foot={
        <footer class="sheet-foot character-foot">
          <Button onClick={closeCharacter}>{t("cancel")}</Button>
          <Button kind="primary" disabled={!canSave()} onClick={() => void save()}>
            {t("save")}
          </Button>
        </footer>
      }
    >
      <form
        class="character"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <div class="character-top">
          <button
            type="button"
            class="character-picture"
            classList={{ "is-target": isTarget() }}
            data-tip={t("cast.picture")}
            aria-label={t("cast.picture")}
            onClick={() => void pick()}
            ref={(element) =>
              acceptFiles(element, {
                over: () => setTarget(true),
                leave: () => setTarget(false),
                take(media) {
                  const item = media.find((file) => file.kind === "picture");
                  if (item) setPicture(referenceTo(item));
                },
              })
            }
          >
            <Show when={picture()} fallback={<Icon name="image" size={20} />}>
              {(shown) => <img src={studio.backend.mediaUrl(mediaPath(shown()))} alt={shown().name} draggable={false} />}
            </Show>
          </button>
          <label class="character-field">
            <span>{t("cast.name")}</span>
            <input
              class="character-name"
              value={name()}
              autofocus
              maxLength={40}
              spellcheck={false}
              placeholder={t("cast.name_placeholder")}
              aria-invalid={isTaken()}
              onInput={(event) => setName(event.currentTarget.value)}
            />
            <small classList={{ "character-wrong": isTaken() }}>
              {isTaken() ? t("cast.taken") : t("cast.name_why", { name: trimmed() || t("cast.name_placeholder") })}
            </small>
          </label>
        </div>
        <div class="character-field">
          <span>{t("cast.prompt")}</span>
          <div class="character-text">
            <GrowingText
              value={prompt()}
              label={t("cast.prompt")}
              placeholder={t("cast.prompt_placeholder")}
              onText={setPrompt}
            />
          </div>
        </div>
        <div class="character-field">
          <span>{t("cast.voice")}</span>
          <div class="character-text character-voice">
            <GrowingText
              value={voice()}
              label={t("cast.voice")}
              placeholder={t("cast.voice_placeholder")}
              onText={setVoice}
            />
          </div>
        </div>
        <Show when={picture()}>
          <Button kind="quiet" size="small" icon="close" onClick={() => setPicture(null)}>
            {t("cast.remove_picture")}
          </Button>
        </Show>
      </form>
    </Sheet>
  );
}
