// One shot: its words, its references and how it is made.

import { Index, Show, createEffect, createMemo, createSignal, on, onCleanup, type JSX } from "solid-js";
import type { Language, ProjectView, ShotCheck, ShotEntry } from "../../backend";
import { Button } from "../../components/Button";
import { t } from "../../i18n";
import { provideCommands } from "../../state/commands";
import { spokenLanguage } from "../../state/spoken";
import { useStudio } from "../../state/studio";
import { GenerateBar } from "./GenerateBar";
import { LineBox } from "./LineBox";
import { PromptBox } from "./PromptBox";
import { ReferenceBox } from "./ReferenceBox";
import { ShotFacts, type FactChange } from "./ShotFacts";
import { ShotHead } from "./ShotHead";
import { VoiceBox } from "./VoiceBox";
import { createDropZone } from "./zone";
import { isGenerateKey } from "./keys";
import { createShotWords } from "./words";

const CHECK_PAUSE_MS = 180;

/** One shot: its words, its references and how it is made. */
export function ShotEditor(props: { id: string; entry: ShotEntry; project: ProjectView }): JSX.Element {
  const studio = useStudio();
  const words = createShotWords(studio, () => props.entry);
  const [check, setCheck] = createSignal<ShotCheck | null>(null);
  const [focusKey, setFocusKey] = createSignal<number | null>(null);
  const takes = createMemo(() => props.project.takes.filter((take) => take.shot === props.id));
  const edit = (change: FactChange) => void studio.act("shot.edit", { id: props.id, ...change });

  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;
  let isFirst = true;
  createEffect(
    on(
      () => [JSON.stringify(words.shot()), props.entry.seconds, props.entry.size, props.project.model, props.project.aspect,
        props.entry.voice?.sha256, takes().length, JSON.stringify(props.project.cast), studio.link()],
      () => {
        clearTimeout(timer);
        timer = setTimeout(() => void look(), isFirst ? 0 : CHECK_PAUSE_MS);
        isFirst = false;
      },
    ),
  );
  onCleanup(() => clearTimeout(timer));

  async function look() {
    const mine = ++asked;
    try {
      const found = await studio.backend.call("shot.check", { id: props.id, shot: words.shot(), seconds: props.entry.seconds });
      if (mine === asked) setCheck(found);
    } catch {
      // The core is away; the last answer stays until it is back.
    }
  }

  const language = (): Language => words.now.lines.at(-1)?.language ?? spokenLanguage(studio);
  function addLine() {
    setFocusKey(words.addLine(language()));
  }

  const ownJobs = () =>
    studio.jobs.filter((job) => job.shot === props.id && (job.state === "running" || job.state === "waiting"));
  const seen = () => takes().find((take) => take.id === props.entry.take);
  const cancel = () => ownJobs().forEach((job) => void studio.act("jobs.cancel", { id: job.id }));
  const finish = () => {
    const take = seen();
    if (take) void studio.act("jobs.finish", { takes: [take.id] });
  };

  let generate = () => Promise.resolve();
  provideCommands([
    { id: "shot.add_line", title: "shot.add_line", run: addLine },
    { id: "shot.generate", title: "shot.generate", run: () => void generate() },
    { id: "shot.cancel", title: "shot.cancel", run: cancel, enabled: () => ownJobs().length > 0 },
    { id: "shot.finish", title: "shot.finish", run: finish, enabled: () => seen()?.can_finish === true },
  ]);
  const zone = createDropZone(studio, () => props.id);

  return (
    <>
      <div
        class="shot-fields"
        ref={zone.element}
       
        onKeyDown={(event) => {
          if (!isGenerateKey(event)) return;
          event.preventDefault();
          event.stopPropagation();
          void generate();
        }}
      >
        <ShotHead words={words} entry={props.entry} project={props.project} check={check()} />
        <PromptBox
          words={words}
          check={check()}
          cast={props.project.cast}
          onSeconds={(seconds) => edit({ seconds })}
        />
        <Show when={props.entry.image}>
          {(image) => (
            <ReferenceBox
              shot={props.id}
              image={image()}
              project={props.project}
              isTarget={zone.isTarget()}
              onChoose={() => void zone.pickPicture()}
            />
          )}
        </Show>
        <Show when={zone.isTarget() && !props.entry.image}>
          <div class="shot-box is-target shot-drop">{t("shot.drop_here")}</div>
        </Show>
        <Index each={words.now.lines}>
          {(line, index) => (
            <LineBox
              words={words}
              line={line()}
              index={index}
              cast={props.project.cast}
              fit={check()?.lines[index]}
              wantsFocus={focusKey() === line().key}
              onFocused={() => setFocusKey(null)}
              onMoved={setFocusKey}
            />
          )}
        </Index>
        <Show when={props.entry.voice}>
          {(voice) => <VoiceBox shot={props.id} voice={voice()} project={props.project} />}
        </Show>
        <div class="shot-adders">
          <Button kind="quiet" size="small" icon="plus" onClick={addLine}>
            {t("shot.add_line")}
          </Button>
          <Show when={!props.entry.image}>
            <Button kind="quiet" size="small" icon="image" onClick={() => void zone.pickPicture()}>
              {t("shot.add_picture")}
            </Button>
          </Show>
          <Show when={!props.entry.voice}>
            <Button kind="quiet" size="small" icon="voice" onClick={() => void zone.pickVoice()}>
              {t("shot.add_voice")}
            </Button>
          </Show>
        </div>
        <ShotFacts words={words} entry={props.entry} project={props.project} check={check()} takes={takes()} onEdit={edit} />
      </div>
      <GenerateBar
        shots={[props.id]}
        check={check()}
        project={props.project}
        before={words.flush}
        provide={(run) => (generate = run)}
      />
    </>
  );
}
