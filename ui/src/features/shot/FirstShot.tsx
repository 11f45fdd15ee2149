// No shot is selected: write one. What is written here becomes a shot and a clip with one key.

import { For, Show, createSignal, type JSX } from "solid-js";
import { Button } from "../../components/Button";
import { GrowingText } from "../../components/GrowingText";
import { Icon } from "../../components/Icon";
import { t } from "../../i18n";
import { openNew } from "../../state/open";
import { useStudio } from "../../state/studio";
import { useView } from "../../state/view";
import { isGenerateKey, GENERATE_KEY } from "./keys";
import "./FirstShot.css";

/** What was begun and not made, by project: whoever looks at a clip in between finds it again. */
const [begun, setBegun] = createSignal<Readonly<Record<string, string>>>({});

/** The box that makes a shot out of a few words. */
export function FirstShot(): JSX.Element {
  const studio = useStudio();
  const view = useView();
  const project = () => studio.project()?.id ?? "";
  const text = () => begun()[project()] ?? "";
  const setText = (words: string) => setBegun((all) => ({ ...all, [project()]: words }));
  const [isBusy, setBusy] = createSignal(false);
  let field: HTMLTextAreaElement | undefined;
  const isFirst = () => studio.project()?.shots.length === 0;
  const examples = () => [t("first.example_1"), t("first.example_2"), t("first.example_3")];

  async function make(andGenerate: boolean) {
    const description = text().trim();
    if (description === "" || isBusy()) return field?.focus();
    setBusy(true);
    try {
      const shot = { description, lines: [], sound: null };
      const id = await studio.act("shot.add", { shot });
      if (id === undefined) return;
      setText("");
      openNew(view, id);
      if (andGenerate) await studio.act("jobs.add", { shots: [id], drafts: 1, goal: "draft" });
    } finally {
      setBusy(false);
    }
  }

  return (
    <>
      <div class="shot-fields first-shot">
        <h2>{isFirst() ? t("first.title") : t("first.another")}</h2>
        <p class="first-why">{t("first.why")}</p>
        <div class="shot-box first-box">
          <GrowingText
            value={text()}
            label={t("first.title")}
            placeholder={t("first.placeholder")}
            onText={setText}
            field={(element) => {
              field = element;
              // Whoever asks for a new shot writes next; a project that opens with shots is looked at first.
              queueMicrotask(() => element.focus({ preventScroll: true }));
            }}
            onKeyDown={(event) => {
              if (!isGenerateKey(event)) return;
              event.preventDefault();
              event.stopPropagation();
              void make(true);
            }}
          />
        </div>
        <Show when={text() === ""}>
          <ul class="first-examples" aria-label={t("first.examples")}>
            <For each={examples()}>
              {(example) => (
                <li>
                  <button
                    type="button"
                    onClick={() => {
                      setText(example);
                      field?.focus();
                    }}
                  >
                    <Icon name="pen" size={14} />
                    <span>{example}</span>
                  </button>
                </li>
              )}
            </For>
          </ul>
        </Show>
      </div>
      <div class="make">
        <div class="first-actions">
          <Button kind="plain" size="large" disabled={text().trim() === "" || isBusy()} onClick={() => void make(false)}>
            {t("first.only_shot")}
          </Button>
          <Button kind="primary" size="large" disabled={text().trim() === "" || isBusy()} onClick={() => void make(true)}>
            {t("first.make")} <span class="make-key">{GENERATE_KEY}</span>
          </Button>
        </div>
      </div>
    </>
  );
}
