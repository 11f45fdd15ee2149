// Empty room on the main track: what could be made there.

import { Show, type JSX } from "solid-js";
import { Icon } from "../../components/Icon";
import { t } from "../../i18n";
import { useStudio } from "../../state/studio";
import { useView } from "../../state/view";
import { addShot, continueFrom } from "./make";
import "./GapBox.css";

/** From this width on the offers are written out. */
const WORDS_PX = 150;

/** Empty room. `frames` is null behind the last clip. */
export function GapBox(props: { at: number; frames: number | null; before: string | null; x: number; width: number }): JSX.Element {
  const studio = useStudio();
  const view = useView();
  const isWide = () => props.width >= WORDS_PX;
  return (
    <div
      class="gap"
      classList={{ "gap-narrow": !isWide() }}
      style={{ transform: `translateX(${props.x}px)`, width: `${props.width}px` }}
      role="group"
      aria-label={t(props.frames === null ? "timeline.end" : "timeline.gap")}
    >
      <button
        type="button"
        class="gap-offer"
        aria-label={t("timeline.generate_here")}
        data-tip={isWide() ? undefined : t("timeline.generate_here")}
        onClick={() => void addShot(studio, view, { at: props.at, frames: props.frames })}
      >
        <Icon name="plus" size={14} />
        <Show when={isWide()}>{t("timeline.generate_here")}</Show>
      </button>
      <Show when={props.before}>
        {(clip) => (
          <button
            type="button"
            class="gap-offer"
            aria-label={t("timeline.continue_here")}
            data-tip={isWide() ? undefined : t("timeline.continue_here")}
            onClick={() => void continueFrom(studio, view, clip())}
          >
            <Icon name="continue" size={14} />
            <Show when={isWide()}>{t("timeline.continue_here")}</Show>
          </button>
        )}
      </Show>
    </div>
  );
}
