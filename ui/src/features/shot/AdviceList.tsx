// What this family of models handles badly in a prompt, each with a repair where there is one.

import { For, Show, type JSX } from "solid-js";
import type { Advice, ShotCheck } from "../../backend";
import { Icon } from "../../components/Icon";
import { has, t } from "../../i18n";
import type { ShotWords } from "./words";
import "./AdviceList.css";

/** Advice on a shot's words. */
export function AdviceList(props: { words: ShotWords; check: ShotCheck | null }): JSX.Element {
  return (
    <Show when={props.check}>
      {(check) => (
        <>
          <Show when={check().problem}>
            {(problem) => (
              <p class="advice advice-problem" role="alert">
                <Icon name="alert" size={14} />
                <span>{problem()}</span>
              </p>
            )}
          </Show>
          <For each={check().advice}>
            {(advice) => (
              <p class="advice">
                <span class="advice-sign" aria-hidden="true" />
                <span>{adviceText(advice)}</span>
                <Show when={advice.repair}>
                  {(repair) => (
                    <button type="button" onClick={() => props.words.replace(repair())}>
                      {repairText(advice)}
                    </button>
                  )}
                </Show>
              </p>
            )}
          </For>
        </>
      )}
    </Show>
  );
}

/** The advice in words. */
function adviceText(advice: Advice): string {
  const key = `advice.${advice.kind}`;
  return has(key) ? t(key, advice.values) : t("advice.other");
}

function repairText(advice: Advice): string {
  const key = `advice.${advice.kind}.repair`;
  return has(key) ? t(key) : t("advice.repair");
}
