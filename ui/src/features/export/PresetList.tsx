// The presets to choose from: what each is, what its platform takes, and whether a law asks for a label.

import { For, Show, type JSX } from "solid-js";
import type { Preset } from "../../backend";
import { Icon } from "../../components/Icon";
import { t } from "../../i18n";
import { lengthOf, pictureOf, presetName } from "./words";
import "./PresetList.css";

/** The presets. Pointing at one or reaching it by key shows how it looks. */
export function PresetList(props: {
  presets: readonly Preset[];
  chosen: ReadonlySet<string>;
  looked: string | undefined;
  onToggle(id: string): void;
  onLook(id: string): void;
}): JSX.Element {
  return (
    <div class="presets" role="group" aria-label={t("export.presets")}>
      <For each={props.presets}>
        {(preset) => (
          <button
            type="button"
            class="preset"
            classList={{ "preset-looked": props.looked === preset.id }}
            role="checkbox"
            aria-checked={props.chosen.has(preset.id)}
            aria-label={presetName(preset)}
            onClick={() => (props.onLook(preset.id), props.onToggle(preset.id))}
            onFocus={(event) => event.currentTarget.matches(":focus-visible") && props.onLook(preset.id)}
          >
            <span class="preset-box">
              <Show when={props.chosen.has(preset.id)}>
                <Icon name="check" size={12} />
              </Show>
            </span>
            <span class="preset-words">
              <b>{presetName(preset)}</b>
              <small>{pictureOf(preset)}</small>
              <Show when={lengthOf(preset)}>{(length) => <small>{length()}</small>}</Show>
            </span>
            <Show when={preset.label?.visible === "required"}>
              <span class="preset-label" data-tip={t("export.label_required")}>
                AI
              </span>
            </Show>
          </button>
        )}
      </For>
    </div>
  );
}
