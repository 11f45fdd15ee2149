// The small boxes: sound, shape, seed, length, model, how far a clip is made.

import { Show, createEffect, createSignal, on, type JSX } from "solid-js";
import type { ProjectView, ShotCheck, ShotEntry, TakeView } from "../../backend";
import { MenuCell, TextCell } from "../../components/Cell";
import type { MenuEntry } from "../../components/Menu";
import { t } from "../../i18n";
import { aspect, duration, quality } from "../../lib/format";
import { useStudio } from "../../state/studio";
import type { ShotWords } from "./words";
import { newSeed } from "./seed";
import "./ShotFacts.css";

/** What a change of the small boxes says. */
export interface FactChange {
  seconds?: number | null;
  seed?: number | null;
  size?: [number, number] | null;
}

const ASPECTS = ["9:16", "16:9", "1:1", "3:4", "4:3"];
const STEP_SECONDS = 0.5;

/** The small boxes of a shot. */
export function ShotFacts(props: {
  words: ShotWords;
  entry: ShotEntry;
  project: ProjectView;
  check: ShotCheck | null;
  takes: readonly TakeView[];
  onEdit(change: FactChange): void;
}): JSX.Element {
  const studio = useStudio();
  const [typesSeed, setTypesSeed] = createSignal(false);
  const models = () => studio.status()?.models ?? [];
  const model = () => models().find((known) => known.name === props.project.model) ?? models()[0];
  const shown = () => props.takes.find((take) => take.id === props.entry.take);

  // What the arrow keys have asked for while the core has not answered yet.
  const [asked, setAsked] = createSignal<number | null>(null);
  createEffect(on(() => props.entry.seconds, () => setAsked(null)));
  const seconds = () => asked() ?? props.entry.seconds;
  const secondsText = () => String(seconds() ?? "");
  const secondsShown = () => (seconds() === null ? "" : duration(usual()));
  const seedText = () => String(props.entry.seed ?? "");
  const usual = () => seconds() ?? props.check?.seconds ?? model()?.seconds[2] ?? 4;
  function setSeconds(text: string) {
    if (text === "") {
      if (props.entry.seconds !== null) props.onEdit({ seconds: null });
      return;
    }
    const typed = Number.parseFloat(text.replace(",", "."));
    if (Number.isFinite(typed) && typed > 0) put(typed);
  }
  function put(wanted: number) {
    const [least, most] = model()?.seconds ?? [0.2, 60];
    const within = Math.min(most, Math.max(least, Math.round(wanted * 10) / 10));
    if (within === seconds()) return;
    setAsked(within);
    props.onEdit({ seconds: within });
  }

  function aspects(): MenuEntry[] {
    const known = model()?.sizes ?? {};
    const names = Object.keys(known).length > 0 ? Object.keys(known) : ASPECTS;
    const film = names.toSorted(byUse).map((name) => ({
      label: aspect(name),
      hint: known[name]?.join(" × ") ?? "",
      checked: props.entry.size === null && name === props.project.aspect,
      run() {
        if (props.entry.size !== null) props.onEdit({ size: null });
        void studio.act("project.edit", { aspect: name });
      },
    }));
    return film;
  }
  const aspectShown = () => (props.entry.size ? props.entry.size.join(" × ") : aspect(props.project.aspect));

  function seeds(): MenuEntry[] {
    const { seed } = props.entry;
    const last = shown()?.seed;
    return [
      {
        label: t("shot.seed_new"),
        detail: t("shot.seed_new_why"),
        checked: seed === null,
        run: () => props.onEdit({ seed: null }),
      },
      ...(seed === null ? [] : [{ label: t("shot.seed_keep", { seed }), checked: true, run: () => undefined }]),
      ...(last == null || last === seed
        ? []
        : [{ label: t("shot.seed_of_take", { seed: last }), checked: false, run: () => props.onEdit({ seed: last }) }]),
      { label: t("shot.seed_roll"), checked: false, run: () => props.onEdit({ seed: newSeed() }) },
      { label: t("shot.seed_type"), checked: false, run: () => setTypesSeed(true) },
      "rule",
      {
        label: t("shot.seed_copy"),
        checked: false,
        disabled: seed === null && last == null,
        run: () => void navigator.clipboard.writeText(String(seed ?? last)).catch(() => undefined),
      },
    ];
  }
  function typeSeed(text: string) {
    setTypesSeed(false);
    if (text === "") return;
    const seed = Number(text);
    if (Number.isSafeInteger(seed) && seed >= 0) props.onEdit({ seed });
    else studio.notify("info", t("shot.seed_wrong"));
  }

  const modelEntries = (): MenuEntry[] =>
    models().map((known) => ({
      label: known.name,
      hint: Object.values(known.sizes)
        .slice(0, 1)
        .map((size) => quality(size))
        .join(""),
      checked: known.name === props.project.model,
      run: () => void studio.act("project.edit", { model: known.name }),
    }));

  return (
    <div class="facts">
      <TextCell
        name={t("shot.sound")}
        value={props.words.now.sound}
        placeholder={t("shot.sound_placeholder")}
        onText={props.words.setSound}
        onDone={() => void props.words.flush()}
      />
      <MenuCell name={t("shot.aspect")} value={aspectShown()} entries={aspects} />
      <Show
        when={typesSeed()}
        fallback={
          <MenuCell
            name={t("shot.seed")}
            value={props.entry.seed === null ? t("shot.seed_is_new") : String(props.entry.seed)}
            entries={seeds}
          />
        }
      >
        <TextCell
          name={t("shot.seed")}
          value={seedText()}
          numeric
          field={(element) => queueMicrotask(() => element.focus())}
          onDone={typeSeed}
        />
      </Show>
      <TextCell
        name={t("shot.seconds")}
        value={secondsText()}
        shown={secondsShown()}
        placeholder={duration(usual())}
        numeric
        onDone={setSeconds}
        onStep={(by) => put(usual() + by * STEP_SECONDS)}
      />
      <div class="facts-wide">
        <MenuCell name={t("shot.model")} value={props.project.model} entries={modelEntries} disabled={models().length === 0} />
      </div>
    </div>
  );
}

const byUse = (a: string, b: string) => rank(a) - rank(b);
const rank = (name: string) => (ASPECTS.indexOf(name) + 1 || ASPECTS.length + 1);
