// What is to be made: for which platforms, in which languages, with which label, where to; and how it will look.

import { For, Show, createResource, createSignal, type JSX } from "solid-js";
import { createStore } from "solid-js/store";
import type { CaptionUse, EncoderChoice, Language, ProjectView } from "../../backend";
import { Button } from "../../components/Button";
import { Picker, type Choice } from "../../components/Picker";
import { Segmented } from "../../components/Segmented";
import { t } from "../../i18n";
import { problemText, troubleText } from "../../i18n/problem";
import { languageName } from "../../lib/languages";
import { timecode } from "../../lib/timecode";
import { useStudio } from "../../state/studio";
import { useView } from "../../state/view";
import { ExportPreview } from "./ExportPreview";
import { FolderField } from "./FolderField";
import { LabelChoice } from "./LabelChoice";
import { PresetFacts } from "./PresetFacts";
import { PresetList } from "./PresetList";
import { captionLanguages, clipsOf, orderOf, parentOf, tonguesOf, unlabelled, type Choices } from "./order";

const uses = (): Choice<CaptionUse>[] => [
  { value: "both", label: t("export.captions_both") },
  { value: "picture", label: t("export.captions_picture") },
  { value: "files", label: t("export.captions_files") },
  { value: "nowhere", label: t("export.captions_nowhere") },
];

const encoders = (): Choice<EncoderChoice>[] => [
  { value: "software", label: t("export.encoder_software"), hint: t("export.encoder_software_about") },
  { value: "hardware", label: t("export.encoder_hardware"), hint: t("export.encoder_hardware_about") },
];

// Kept while the window is open: who comes back wants to export as before.
const [choices, setChoices] = createStore<Choices>({
  presets: new Set(), languages: new Set(), second: null, captions: "both", label: "usual", isAgreed: false, encoder: "software", folder: "", cover: null,
});
const [looked, setLooked] = createSignal<string | null>(null);

const toggled = <T,>(set: ReadonlySet<T>, one: T): ReadonlySet<T> =>
  set.has(one) ? new Set([...set].filter((other) => other !== one)) : new Set([...set, one]);

/** What is to be made. */
export function NewExport(props: { project: ProjectView; onStarted(): void }): JSX.Element {
  const studio = useStudio();
  const view = useView();
  const [told] = createResource(() => studio.backend.call("export.presets", {}));
  const [isBusy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<string | null>(null);
  if (choices.folder === "") setChoices({ folder: parentOf(props.project.folder) });

  const presets = () => told()?.presets ?? [];
  const statement = () => told()?.statement ?? { id: "", text: "" };
  const languages = () => captionLanguages(props.project);
  const below = (): Choice<Language | null>[] => [
    { value: null, label: t("export.below_none") },
    ...languages().map((language) => ({ value: language, label: languageName(language) })),
  ];
  const chosen = () => presets().filter(({ id }) => choices.presets.has(id));
  /** The preset whose picture and numbers are shown: the one last looked at, else the first that is chosen. */
  const seen = () => presets().find(({ id }) => id === looked()) ?? chosen()[0] ?? presets()[0];
  const clips = () => clipsOf(choices, languages());
  const needsAgreement = () => unlabelled(choices, presets()).length > 0 && !choices.isAgreed;

  const todo = () => {
    if (clips() === 0) return t("export.choose");
    return needsAgreement() ? t("export.agree_first") : t("export.clips", { count: clips() });
  };

  async function start() {
    if (isBusy()) return;
    setBusy(true);
    setProblem(null);
    try {
      await studio.backend.call("export.start", orderOf(choices, presets(), languages(), statement().id));
      // Asked for every time.
      setChoices({ isAgreed: false });
      props.onStarted();
    } catch (error) {
      setProblem(problemText(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Show when={told()} fallback={<p class="export-wait" role="status">{told.error ? problemText(told.error) : t("export.loading")}</p>}>
      <div class="export-new">
        <div class="export-form">
          <PresetList
            presets={presets()}
            chosen={choices.presets}
            looked={seen()?.id}
            onToggle={(id) => setChoices({ presets: toggled(choices.presets, id) })}
            onLook={setLooked}
          />
          <For each={told()?.troubles}>{(trouble) => <p class="field-error">{troubleText(trouble)}</p>}</For>
          <section class="export-section">
            <h2>{t("export.captions")}</h2>
            <Show when={languages().length > 0} fallback={<p class="export-soft">{t("export.no_captions")}</p>}>
              <Segmented
                label={t("export.captions")}
                value={choices.captions}
                choices={uses()}
                onPick={(captions) => setChoices({ captions })}
              />
              <Show when={languages().length > 1}>
                <div class="export-chips" role="group" aria-label={t("export.languages")}>
                  <For each={languages()}>
                    {(language) => (
                      <button
                        type="button"
                        class="export-chip"
                        aria-pressed={choices.languages.has(language)}
                        onClick={() => setChoices({ languages: toggled(choices.languages, language) })}
                      >
                        {languageName(language)}
                      </button>
                    )}
                  </For>
                  <Picker
                    look="pill"
                    label={t("export.below")}
                    value={choices.second}
                    choices={below()}
                    shown={choices.second === null ? t("export.below_none") : t("export.below_of", { language: languageName(choices.second) })}
                    onPick={(second) => setChoices({ second })}
                  />
                </div>
                <p class="export-soft">{t("export.languages_about")}</p>
              </Show>
            </Show>
          </section>
          <LabelChoice
            label={choices.label}
            isAgreed={choices.isAgreed}
            missing={unlabelled(choices, presets())}
            statement={statement()}
            onLabel={(label) => setChoices({ label, isAgreed: false })}
            onAgree={(isAgreed) => setChoices({ isAgreed })}
          />
          <section class="export-section">
            <h2>{t("export.cover")}</h2>
            <Segmented
              label={t("export.cover")}
              value={choices.cover === null ? "usual" : "playhead"}
              choices={[
                { value: "usual", label: t("export.cover_usual") },
                { value: "playhead", label: t("export.cover_playhead", { time: timecode(choices.cover ?? view.playhead()) }) },
              ]}
              onPick={(cover) => setChoices({ cover: cover === "usual" ? null : view.playhead() })}
            />
          </section>
          <section class="export-section">
            <h2>{t("export.encoder")}</h2>
            <Segmented
              label={t("export.encoder")}
              value={choices.encoder}
              choices={encoders()}
              onPick={(encoder) => setChoices({ encoder })}
            />
          </section>
        </div>
        <Show when={seen()}>
          {(preset) => (
            <aside class="export-side">
              <ExportPreview
                project={props.project}
                preset={preset()}
                edition={{ preset: preset().id, captions: choices.captions, label: { kind: choices.label } }}
                tongues={tonguesOf(choices, languages())}
              />
              <PresetFacts preset={preset()} />
            </aside>
          )}
        </Show>
      </div>
      <footer class="export-foot">
        <FolderField folder={choices.folder} onChange={(folder) => setChoices({ folder })} />
        <div class="export-go">
          <Show when={problem()} fallback={<span class="export-soft">{todo()}</span>}>
            {(why) => (
              <p class="field-error" role="alert">
                {why()}
              </p>
            )}
          </Show>
          <Button kind="primary" size="large" icon="upload" disabled={clips() === 0 || isBusy() || needsAgreement()} onClick={() => void start()}>
            {t("export.start")}
          </Button>
        </div>
      </footer>
    </Show>
  );
}
