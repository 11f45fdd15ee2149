// The label in the picture that says that AI made it: where a law asks for it, leaving it out has to be agreed to.

import { Show, type JSX } from "solid-js";
import type { LabelStatement, Preset } from "../../backend";
import { Icon } from "../../components/Icon";
import { Segmented } from "../../components/Segmented";
import { language, t } from "../../i18n";
import { list } from "../../lib/format";
import type { LabelWanted } from "./order";
import { presetName } from "./words";
import "./LabelChoice.css";

/** The label in the picture. */
export function LabelChoice(props: {
  label: LabelWanted;
  isAgreed: boolean;
  /** The chosen presets whose law asks for the label that would be left out. */
  missing: readonly Preset[];
  statement: LabelStatement;
  onLabel(label: LabelWanted): void;
  onAgree(isAgreed: boolean): void;
}): JSX.Element {
  return (
    <section class="export-section">
      <h2>{t("export.label_title")}</h2>
      <Segmented
        label={t("export.label_title")}
        value={props.label}
        choices={[
          { value: "usual", label: t("export.label_usual") },
          { value: "with", label: t("export.label_with") },
          { value: "without", label: t("export.label_without") },
        ]}
        onPick={props.onLabel}
      />
      <p class="export-soft">{t("export.label_about")}</p>
      <Show when={props.missing.length > 0}>
        <div class="label-statement">
          <p>{t("export.label_missing", { platforms: list(props.missing.map(presetName)) })}</p>
          <button type="button" role="checkbox" class="label-agree" aria-checked={props.isAgreed} onClick={() => props.onAgree(!props.isAgreed)}>
            <span class="preset-box">
              <Show when={props.isAgreed}>
                <Icon name="check" size={12} />
              </Show>
            </span>
            {/* What counts are the words that the log names. */}
            <span>
              <Show when={language() !== "en"}>
                {t("export.statement")}
                <br />
              </Show>
              <span lang="en">{props.statement.text}</span>
            </span>
          </button>
        </div>
      </Show>
    </section>
  );
}
