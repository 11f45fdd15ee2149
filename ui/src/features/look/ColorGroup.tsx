// What is done to the colours of a clip.

import { For, type JSX } from "solid-js";
import type { ColorChange } from "../../backend";
import { Amount } from "../../components/Amount";
import { t } from "../../i18n";
import { PLAIN, common, isPlainColor, lookOf } from "../../lib/look";
import { Group } from "./Group";
import type { Live } from "./live";
import { change } from "./values";

const PARTS = ["brightness", "contrast", "saturation", "warmth"] as const satisfies readonly (keyof ColorChange)[];

/** What is done to the colours of a clip. */
export function ColorGroup(props: { live: Live }): JSX.Element {
  const colors = () => props.live.clips().map((clip) => lookOf(clip).color);
  const put = (part: keyof ColorChange, value: number) =>
    props.live.look((look) => ({ ...look, color: { ...look.color, [part]: value } }));
  return (
    <Group
      name={t("look.color")}
      isSet={!colors().every(isPlainColor)}
      onReset={() => {
        props.live.begin();
        props.live.look((look) => ({ ...look, color: PLAIN.color }));
      }}
    >
      <For each={PARTS}>
        {(part) => (
          <Amount
            name={t(`look.${part}`)}
            value={common(colors().map((color) => color[part]))}
            otherwise={0}
            min={-1}
            max={1}
            step={0.01}
            from={0}
            {...change}
            onBegin={props.live.begin}
            onValue={(value) => put(part, value)}
            onReset={() => {
              props.live.begin();
              put(part, 0);
            }}
          />
        )}
      </For>
    </Group>
  );
}
