// What this family of models handles badly in a prompt, each with a repair where there is one. The worst stand first; of
// many only these are shown until somebody asks for all.

import { For, Show, createSignal, type JSX } from "solid-js";
import type { Advice, ShotCheck } from "../../backend";
import { has, t, type Key } from "../../i18n";
import { editCharacter } from "../cast/edited";
import type { ShotWords } from "./words";
import "./AdviceList.css";

const SHOWN = 2;

interface Repair {
  label: string;
  run(): void;
}

/** Advice on a shot's words. `onSeconds` sets its length. */
export function AdviceList(props: {
  words: ShotWords;
  check: ShotCheck | null;
  onSeconds(seconds: number): void;
}): JSX.Element {
  const [showsAll, setShowsAll] = createSignal(false);
  const all = () => props.check?.advice ?? [];
  const shown = () => (showsAll() ? all() : all().slice(0, SHOWN));

  function repairOf(advice: Advice): Repair | null {
    const { repair, values } = advice;
    const label = repairText(advice);
    if (repair) return { label, run: () => props.words.replace(repair) };
    const seconds = Number(values["seconds"]);
    switch (advice.kind) {
      case "speech_too_long":
        return { label, run: () => props.onSeconds(seconds) };
      case "seconds_out_of_range":
        return {
          label,
          run: () => props.onSeconds(Math.min(Number(values["most"]), Math.max(Number(values["least"]), seconds))),
        };
      case "unknown_character":
        return { label, run: () => editCharacter({ name: String(values["name"]) }) };
      default:
        return null;
    }
  }

  return (
    <>
      <For each={shown()}>
        {(advice) => (
          <p class="advice">
            <span class="advice-sign" aria-hidden="true" />
            <span>{adviceText(advice)}</span>
            <Show when={repairOf(advice)}>
              {(repair) => (
                <button type="button" onClick={() => repair().run()}>
                  {repair().label}
                </button>
              )}
            </Show>
          </p>
        )}
      </For>
      <Show when={all().length > shown().length}>
        <button type="button" class="advice-more" onClick={() => setShowsAll(true)}>
          {t("advice.more", { count: all().length - shown().length })}
        </button>
      </Show>
    </>
  );
}

/** The advice in words. */
function adviceText(advice: Advice): string {
  const key: Key = `advice.${advice.kind}`;
  return t(key, advice.values);
}

function repairText(advice: Advice): string {
  const key = `advice.${advice.kind}.repair`;
  return has(key) ? t(key) : t("advice.repair");
}
