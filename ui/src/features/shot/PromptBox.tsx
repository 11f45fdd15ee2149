// What is to be seen, and advice on how to say it.

import type { JSX } from "solid-js";
import type { Character, ShotCheck } from "../../backend";
import { GrowingText } from "../../components/GrowingText";
import { t } from "../../i18n";
import { AdviceList } from "./AdviceList";
import { createCompletion } from "./Mention";
import type { ShotWords } from "./words";

/** What is to be seen, and advice on how to say it. */
export function PromptBox(props: {
  words: ShotWords;
  check: ShotCheck | null;
  cast: readonly Character[];
  onSeconds(seconds: number): void;
}): JSX.Element {
  const names = createCompletion(
    () => props.cast,
    (text) => props.words.setDescription(text),
  );
  return (
    <div class="shot-box">
      <GrowingText
        value={props.words.now.description}
        label={t("shot.prompt")}
        placeholder={t("shot.prompt_placeholder")}
        class="shot-prompt"
        onText={(text) => props.words.setDescription(text)}
        onDone={() => {
          names.close();
          void props.words.flush();
        }}
        onKeyUp={(event) => names.look(event.currentTarget)}
        onClick={(event) => names.look(event.currentTarget)}
        on:keydown={(event: KeyboardEvent) => void names.onKey(event)}
      />
      {names.offer()}
      <AdviceList words={props.words} check={props.check} onSeconds={props.onSeconds} />
    </div>
  );
}
