// A model in a line: whether it runs here, how much of it is here, and what can be done. Opened, all that is known of it.

import { Match, Show, Switch, createSignal, type JSX } from "solid-js";
import type { FileVerdict, ModelFit, ModelView } from "../../backend";
import { Bar } from "../../components/Bar";
import { Button } from "../../components/Button";
import { Icon } from "../../components/Icon";
import type { MenuEntry } from "../../components/Menu";
import { MoreButton } from "../../components/MoreButton";
import { t } from "../../i18n";
import { problemText, troubleText } from "../../i18n/problem";
import { bytes, duration } from "../../lib/format";
import { useStudio } from "../../state/studio";
import { FitSign } from "../doctor/FitSign";
import { modelName } from "../doctor/words";
import { summaryOf } from "./catalog";
import { ModelFacts } from "./ModelFacts";
import "./ModelRow.css";

/** A model in a line. */
export function ModelRow(props: {
  model: ModelView;
  fit: ModelFit | undefined;
  isOpen: boolean;
  onOpen(isOpen: boolean): void;
  onChanged(): void;
}): JSX.Element {
  const studio = useStudio();
  const [isChecking, setChecking] = createSignal(false);
  const [verdicts, setVerdicts] = createSignal<FileVerdict[] | null>(null);
  const model = () => props.model;
  const id = () => model().id;
  const pull = () => model().progress;
  const failure = () => (pull()?.state === "failed" ? pull()?.failure : null);

  /** Why nothing comes, while nothing does. */
  const waits = () => {
    const now = pull();
    if (now?.state !== "running") return null;
    if (now.waits !== null) return t("models.waits", { why: now.waits });
    return now.work === "fetch" && now.bytes_per_second === 0 ? t("models.nothing_comes") : null;
  };

  async function get(source?: string) {
    if (model().licence.accepted_unix_ms === null || model().licence.gate !== "none") props.onOpen(true);
    if (model().licence.accepted_unix_ms === null) return;
    await studio.act("models.pull", { id: id(), ...(source && { source }) });
    props.onChanged();
  }
  async function check(damaged: "keep" | "forget") {
    setChecking(true);
    const found = await studio.act("models.verify", { id: id(), damaged });
    setChecking(false);
    if (!found) return;
    setVerdicts(found);
    props.onOpen(true);
    props.onChanged();
  }
  async function remove() {
    const freed = await studio.act("models.remove", { id: id() });
    if (freed !== undefined) studio.notify("info", t("models.freed", { size: bytes(freed) }));
    setVerdicts(null);
    props.onChanged();
  }
  async function fromFolder() {
    const folder = await studio.backend.pickFolder();
    if (folder === "unsupported") return studio.notify("info", t("models.import_terminal", { id: id() }));
    if (!folder) return;
    await studio.act("models.import", { id: id(), folder, files: "copy" });
    props.onChanged();
  }
  const menu = (): MenuEntry[] => [
    { label: t("models.check"), icon: "shield", disabled: model().state !== "whole", run: () => void check("keep") },
    { label: t("models.from_folder"), icon: "folder", disabled: model().is_built_in, run: () => void fromFolder() },
    {
      label: t("models.copy_folder"),
      icon: "copy",
      disabled: model().folder === null,
      run: () => void navigator.clipboard.writeText(model().folder ?? "").catch(() => undefined),
    },
    "rule",
    {
      label: t("models.remove"),
      icon: "trash",
      tone: "danger",
      disabled: model().is_built_in || model().state === "absent" || model().state === "coming",
      run: () => void remove(),
    },
  ];

  return (
    <article class="model" classList={{ "model-open": props.isOpen }}>
      <div class="model-line">
        <button
          type="button"
          class="model-name"
          aria-expanded={props.isOpen}
          onClick={() => props.onOpen(!props.isOpen)}
        >
          <Icon name="down" size={12} />
          <span>
            <span class="model-title">
              <Show when={props.fit}>{(fit) => <FitSign fit={fit().fit} />}</Show>
              {modelName(model())}
            </span>
            <small>{summaryOf(model())}</small>
          </span>
        </button>
        <div class="model-state">
          <Switch>
            <Match when={model().is_built_in}>
              <span class="model-here">
                <Icon name="check" size={14} />
                {t("models.in_the_box")}
              </span>
            </Match>
            <Match when={model().state === "whole"}>
              <span class="model-here">
                <Icon name="check" size={14} />
                {bytes(model().here_bytes)}
              </span>
            </Match>
            <Match when={model().state === "coming" && pull()}>
              {(progress) => (
                <div class="model-progress">
                  <Bar
                    value={progress().of_bytes > 0 ? progress().done_bytes / progress().of_bytes : null}
                    label={t("models.coming")}
                  />
                  <small>{progressText(progress())}</small>
                </div>
              )}
            </Match>
            <Match when={model().state === "partial"}>
              <small>
                {t("models.of", { done: bytes(model().here_bytes), all: bytes(model().download_bytes) })}
                <Show when={pull()?.state === "paused"}> · {t("models.paused")}</Show>
              </small>
            </Match>
            <Match when={true}>
              <small>{bytes(model().download_bytes)}</small>
            </Match>
          </Switch>
        </div>
        <div class="model-actions">
          <Switch>
            <Match when={model().state === "coming"}>
              <Button
                kind="quiet"
                size="small"
                icon="pause"
                label={t("queue.pause")}
                onClick={() => void studio.act("models.pause", { id: id() }).then(props.onChanged)}
              />
              <Button
                kind="quiet"
                size="small"
                icon="close"
                label={t("models.cancel")}
                onClick={() => void studio.act("models.cancel", { id: id() }).then(props.onChanged)}
              />
            </Match>
            <Match when={model().state === "partial"}>
              <Button size="small" icon="download" onClick={() => void get()}>
                {t("queue.resume")}
              </Button>
            </Match>
            <Match when={model().state === "absent"}>
              <Button size="small" icon="download" onClick={() => void get()}>
                {t("models.get")}
              </Button>
            </Match>
          </Switch>
          <MoreButton label={t("models.more", { name: model().name })} title={model().name} entries={menu} />
        </div>
      </div>
      <Show when={isChecking()}>
        <p class="model-note" role="status">
          {t("models.checking")}
        </p>
      </Show>
      <Show when={waits()}>
        {(words) => (
          <p class="model-note" role="status">
            {words()}
          </p>
        )}
      </Show>
      <Show when={failure()}>
        {(why) => (
          <p class="model-note model-bad" role="alert">
            {problemText(why())}
          </p>
        )}
      </Show>
      <Show when={model().trouble}>{(why) => <p class="model-note model-bad">{troubleText(why())}</p>}</Show>
      <Show when={verdicts()}>
        {(files) => (
          <Verdicts files={files()} onForget={() => void check("forget")} onGet={() => void get()} />
        )}
      </Show>
      <Show when={props.isOpen}>
        <ModelFacts model={model()} fit={props.fit} onChanged={props.onChanged} onGet={(source) => void get(source)} />
      </Show>
    </article>
  );
}

function progressText(progress: NonNullable<ModelView["progress"]>): string {
  return [
    progress.of_bytes > 0
      ? t("models.of", { done: bytes(progress.done_bytes), all: bytes(progress.of_bytes) })
      : bytes(progress.done_bytes),
    !progress.bytes_per_second ? null : t("models.rate", { rate: bytes(progress.bytes_per_second) }),
    progress.seconds_left === null ? null : t("queue.left", { time: duration(progress.seconds_left) }),
  ]
    .filter((part) => part !== null)
    .join(" · ");
}

/** What a check of the files found. */
function Verdicts(props: { files: readonly FileVerdict[]; onForget(): void; onGet(): void }): JSX.Element {
  const bad = () => props.files.filter((file) => file.verdict !== "whole");
  return (
    <Show when={bad().length > 0} fallback={<p class="model-note">{t("models.all_whole", { count: props.files.length })}</p>}>
      <div class="model-note model-bad">
        <p>{t("models.some_bad", { count: bad().length, files: bad().map((file) => file.path).join(", ") })}</p>
        <Button size="small" onClick={() => props.onForget()}>
          {t("models.forget_bad")}
        </Button>
        <Button size="small" icon="download" onClick={() => props.onGet()}>
          {t("models.fetch_again")}
        </Button>
      </div>
    </Show>
  );
}
