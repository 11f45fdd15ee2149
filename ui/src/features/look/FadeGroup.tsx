// How a clip comes and goes: from black, to black, out of the clip before it.

import { For, type JSX } from "solid-js";
import type { Clip } from "../../backend";
import { Amount } from "../../components/Amount";
import { t } from "../../i18n";
import { clipBefore, common, faded, lookOf, type Fade } from "../../lib/look";
import { RATE } from "../../lib/timecode";
import { framesOf } from "../../lib/timeline/pace";
import { Group } from "./Group";
import type { Live } from "./live";
import { length } from "./values";

const FADES = ["fade_in", "fade_out", "cross_fade"] as const satisfies readonly Fade[];
/** Longer ones are typed, or drawn on the timeline. */
const USUAL_MOST = 3 * RATE;

/** How a clip comes and goes. `track` is all of the main track. */
export function FadeGroup(props: { live: Live; track: readonly Clip[] }): JSX.Element {
  const clips = () => props.live.clips();
  /** Those that this fade can be given: a cross-fade needs a clip before. */
  const able = (fade: Fade) => clips().filter((clip) => fade !== "cross_fade" || clipBefore(props.track, clip.id) !== null);
  const isCovered = (clip: Clip) => lookOf(clip).cross_fade > 0 && clipBefore(props.track, clip.id) !== null;
  const value = (fade: Fade) => common(able(fade).map((clip) => lookOf(clip)[fade]));
  const most = (fade: Fade) => Math.max(1, Math.min(USUAL_MOST, ...able(fade).map(framesOf)));
  const put = (fade: Fade, frames: number) =>
    props.live.look((look, clip) => (able(fade).some((one) => one.id === clip.id) ? faded(clip, fade, frames) : look));
  const off = (fade: Fade) => (fade === "cross_fade" ? able(fade).length === 0 : fade === "fade_in" && clips().every(isCovered));
  const tip = (fade: Fade) => {
    if (!off(fade)) return undefined;
    return t(fade === "cross_fade" ? "look.cross_none" : "look.fade_in_crossed");
  };
  const isSet = () => clips().some((clip) => FADES.some((fade) => lookOf(clip)[fade] > 0));
  return (
    <Group
      name={t("look.fades")}
      isSet={isSet()}
      onReset={() => {
        props.live.begin();
        props.live.look((look) => ({ ...look, fade_in: 0, fade_out: 0, cross_fade: 0 }));
      }}
    >
      <For each={FADES}>
        {(fade) => (
          <Amount
            name={t(`look.${fade}`)}
            tip={tip(fade)}
            disabled={off(fade)}
            value={off(fade) ? 0 : value(fade)}
            otherwise={0}
            min={0}
            max={most(fade)}
            step={1}
            {...length}
            onBegin={props.live.begin}
            onValue={(frames) => put(fade, frames)}
            onReset={() => {
              props.live.begin();
              put(fade, 0);
            }}
          />
        )}
      </For>
    </Group>
  );
}
