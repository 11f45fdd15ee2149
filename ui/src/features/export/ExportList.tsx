// What is being exported and was exported: with the pictures that are being written, and what was measured afterwards.

import { For, Show, createResource, type JSX } from "solid-js";
import type { Export, Preset } from "../../backend";
import { Button } from "../../components/Button";
import { t } from "../../i18n";
import { when } from "../../lib/format";
import { useStudio } from "../../state/studio";
import { ExportedClip } from "./ExportedClip";
import { Handover } from "./Handover";
import type { Exports } from "./exports";
import "./ExportList.css";

/** The exports, the latest first. */
export function ExportList(props: { exports: Exports }): JSX.Element {
  const studio = useStudio();
  const [told] = createResource(() => studio.backend.call("export.presets", {}));
  const presets = () => (told.error ? [] : (told()?.presets ?? []));
  return (
    <div class="exports">
      <Show when={props.exports.all.length > 0} fallback={<p class="export-wait">{t("export.none")}</p>}>
        <For each={props.exports.all}>{(one) => <Batch export={one} presets={presets()} />}</For>
      </Show>
      <Handover />
    </div>
  );
}

function Batch(props: { export: Export; presets: readonly Preset[] }): JSX.Element {
  const studio = useStudio();
  const isOpen = () => props.export.state === "running" || props.export.state === "waiting";
  const done = () => props.export.items.filter((item) => item.state === "done").length;
  const copy = () =>
    void navigator.clipboard.writeText(props.export.folder).then(
      () => studio.notify("info", t("copied")),
      () => undefined,
    );
  return (
    <article class="export-batch" aria-label={props.export.project_name}>
      <header>
        <div>
          <b>{props.export.project_name}</b>
          <small>
            {[
              t(`export.state_${props.export.state}`),
              t("export.done_of", { done: done(), all: props.export.items.length }),
              when(props.export.added_unix_ms),
            ].join(" · ")}
          </small>
          <small class="export-path">{props.export.folder}</small>
        </div>
        <Button kind="quiet" size="small" icon="copy" label={t("export.copy_folder")} onClick={copy} />
        <Show
          when={isOpen()}
          fallback={
            <>
              <Show when={props.export.state !== "done"}>
                <Button size="small" icon="retry" onClick={() => void studio.act("export.retry", { id: props.export.id })}>
                  {t(props.export.state === "interrupted" ? "export.go_on" : "export.retry")}
                </Button>
              </Show>
              <Button
                kind="quiet"
                size="small"
                icon="trash"
                label={t("export.remove")}
                onClick={() => void studio.act("export.remove", { id: props.export.id })}
              />
            </>
          }
        >
          <Button size="small" icon="close" onClick={() => void studio.act("export.cancel", { id: props.export.id })}>
            {t("export.cancel")}
          </Button>
        </Show>
      </header>
      <ul>
        <For each={props.export.items}>
          {(item) => <ExportedClip item={item} preset={props.presets.find(({ id }) => id === item.preset)} />}
        </For>
      </ul>
    </article>
  );
}
