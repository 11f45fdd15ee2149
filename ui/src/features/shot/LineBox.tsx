// A spoken line: who says it, in which language, what, and whether it fits the clip.

import { Show, createEffect, type JSX } from "solid-js";
import type { Character, ShotCheck } from "../../backend";
import { GrowingText } from "../../components/GrowingText";
import { MoreButton } from "../../components/MoreButton";
import { Picker } from "../../components/Picker";
import { t } from "../../i18n";
import { duration } from "../../lib/format";
import { LANGUAGES, OWN_NAMES, languageName } from "../../lib/languages";
import { isComposing } from "../../lib/keys";
import { createCompletion } from "./Mention";
import type { EditedLine, ShotWords } from "./words";
import "./LineBox.css";

interface LineBoxProps {
  words: ShotWords;
  line: EditedLine;
  index: number;
  cast: readonly Character[];
  fit: ShotCheck["lines"][number] | undefined;
  wantsFocus: boolean;
  onFocused(): void;
  /** The line has moved; its field gets the focus back. */
  onMoved(key: number): void;
}

/** A spoken line. */
export function LineBox(props: LineBoxProps): JSX.Element {
  let field: HTMLTextAreaElement | undefined;
  const number = () => props.index + 1;
  const names = createCompletion(
    () => props.cast,
    (text) => props.words.setLine(props.line.key, { speaker: text.trim() }),
  );
  createEffect(() => {
    if (!props.wantsFocus || !field) return;
    field.focus();
    props.onFocused();
  });

  function move(by: number) {
    const { key } = props.line;
    if (props.words.moveLine(key, by)) props.onMoved(key);
  }
  /** The focus goes to what is above, or single keys would go to the timeline. */
  function remove() {
    const above = props.words.now.lines[props.index - 1];
    const panel = field?.closest(".shot-fields");
    props.words.removeLine(props.line.key);
    if (above) props.onMoved(above.key);
    else panel?.querySelector<HTMLElement>(".shot-prompt")?.focus();
  }
  function onKeyDown(event: KeyboardEvent) {
    if (isComposing(event) || !event.altKey) return;
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    event.preventDefault();
    event.stopPropagation();
    move(event.key === "ArrowUp" ? -1 : 1);
  }

  return (
    <div class="shot-box line" role="group" aria-label={t("shot.line", { n: number() })} on:keydown={onKeyDown}>
      <div class="line-head">
        <span class="line-speaker" data-text={props.line.speaker || t("shot.speaker")}>
          <input
            value={props.line.speaker}
            size={1}
            placeholder={t("shot.speaker")}
            aria-label={t("shot.speaker_of", { n: number() })}
            spellcheck={false}
            onInput={(event) => {
              props.words.setLine(props.line.key, { speaker: event.currentTarget.value });
              names.look(event.currentTarget);
            }}
            onFocus={(event) => names.look(event.currentTarget)}
            onBlur={() => names.close()}
            on:keydown={(event: KeyboardEvent) => {
              if (names.onKey(event)) return;
              if (event.key === "Enter" && !isComposing(event)) field?.focus();
            }}
          />
        </span>
        <Picker
          look="pill"
          value={props.line.language}
          label={t("shot.language_of", { n: number() })}
          choices={LANGUAGES.map((language) => ({
            value: language,
            label: languageName(language),
            hint: OWN_NAMES[language],
          }))}
          onPick={(language) => props.words.setLine(props.line.key, { language })}
        />
        <span class="line-fit" classList={{ "line-too-long": props.fit?.fits === false }} aria-live="polite">
          <Show when={props.line.text.trim() !== "" && props.fit}>
            {(fit) => (
              <>
                {fit().fits
                  ? t("shot.fits", { time: duration(fit().seconds) })
                  : t("shot.too_long", { time: duration(Math.ceil(fit().over_by * 10) / 10) })}
              </>
            )}
          </Show>
        </span>
      </div>
      {names.offer()}
      <div class="line-text">
        <GrowingText
          value={props.line.text}
          label={t("shot.text_of", { n: number() })}
          placeholder={t("shot.line_placeholder")}
          lang={props.line.language}
          onText={(text) => props.words.setLine(props.line.key, { text })}
          onDone={() => void props.words.flush()}
          field={(element) => (field = element)}
          onKeyDown={(event) => {
            if (event.key === "Backspace" && props.line.text === "" && !isComposing(event)) {
              event.preventDefault();
              // A key that is held down stops at the end of a line.
              if (!event.repeat) remove();
            }
          }}
        />
        <MoreButton
          label={t("shot.line_more", { n: number() })}
          entries={() => [
            { label: t("shot.line_up"), icon: "up", hint: "Alt ↑", disabled: props.index === 0, run: () => move(-1) },
            {
              label: t("shot.line_down"),
              icon: "down",
              hint: "Alt ↓",
              disabled: props.index === props.words.now.lines.length - 1,
              run: () => move(1),
            },
            "rule",
            {
              label: t("shot.line_remove"),
              icon: "trash",
              tone: "danger",
              run: remove,
            },
          ]}
        />
      </div>
    </div>
  );
}
