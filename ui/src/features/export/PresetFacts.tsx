// What a platform takes, with the source of every number; and how to say to it that AI made the clip.

import { For, Show, createSignal, type JSX } from "solid-js";
import type { Preset } from "../../backend";
import { Icon } from "../../components/Icon";
import { Link } from "../../components/Link";
import { t } from "../../i18n";
import { declareOf, limitsOf, pictureOf, presetName, summaryOf } from "./words";
import "./PresetFacts.css";

/** What a platform takes. */
export function PresetFacts(props: { preset: Preset }): JSX.Element {
  const [isOpen, setOpen] = createSignal(false);
  const preset = () => props.preset;
  const sound = () => {
    const { integrated_lufs: loud, true_peak_db: peak } = preset().sound;
    return loud === null ? t("export.as_mixed") : [`${loud} LUFS`, peak === null ? null : `${peak} dBTP`].filter(Boolean).join(" · ");
  };
  const label = () => {
    const policy = preset().label;
    if (!policy) return null;
    const text = policy.text === "chinese" ? "AI生成" : "AI-generated";
    return t(policy.visible === "required" ? "export.label_needed" : "export.label_offered", { text, seconds: policy.seconds });
  };
  const text = () => {
    const { title, body, topics } = preset().text;
    return [
      title === null ? null : t("export.text_title", { count: title }),
      body === null ? null : t("export.text_body", { count: body }),
      topics === null ? null : t("export.text_topics", { count: topics }),
    ]
      .filter((part) => part !== null)
      .join(" · ");
  };
  const unsure = () => preset().sources.filter((source) => !source.verified).length;
  return (
    <div class="preset-facts">
      <h3>{presetName(preset())}</h3>
      <p>{summaryOf(preset())}</p>
      <dl>
        <Row name={t("export.picture")} value={preset().picture && pictureOf(preset())} />
        <Row name={t("export.sound")} value={sound()} />
        <Row name={t("export.limits")} value={limitsOf(preset())} />
        <Row name={t("export.label")} value={label()} />
        <Row name={t("export.text")} value={text()} />
        <Row name={t("export.covers")} value={preset().covers.map(({ name }) => name.replace("x", ":")).join(" · ")} />
      </dl>
      <Show when={preset().declare}>
        {(declare) => (
          <p class="preset-declare">
            <Icon name="warn" size={14} />
            <span>{declareOf(preset(), declare())}</span>
          </p>
        )}
      </Show>
      <Show when={preset().sources.length > 0}>
        <button type="button" class="preset-sources" aria-expanded={isOpen()} onClick={() => setOpen(!isOpen())}>
          {unsure() > 0 ? t("export.sources_unsure", { count: unsure() }) : t("export.sources")}
          <Icon name="down" size={10} />
        </button>
        <Show when={isOpen()}>
          <ul>
            <For each={preset().sources}>
              {(source) => (
                <li classList={{ "source-unsure": !source.verified }}>
                  <code>{source.of.join(", ")}</code> {source.says}{" "}
                  <Show when={source.url}>{(url) => <Link href={url()} />}</Show>
                  <Show when={!source.verified}> · {t("export.source_unsure")}</Show>
                </li>
              )}
            </For>
          </ul>
        </Show>
      </Show>
    </div>
  );
}

function Row(props: { name: string; value: string | null }): JSX.Element {
  return (
    <Show when={props.value}>
      <dt>{props.name}</dt>
      <dd>{props.value}</dd>
    </Show>
  );
}
