// How fast a clip runs.

import type { JSX } from "solid-js";
import { Amount } from "../../components/Amount";
import { t } from "../../i18n";
import { common, placeOfSpeed, speedAt } from "../../lib/look";
import { seconds } from "../../lib/timecode";
import { framesOf, speedOf } from "../../lib/timeline/pace";
import { Group } from "./Group";
import type { Live } from "./live";
import { pace } from "./values";

/** How fast a clip runs. */
export function SpeedGroup(props: { live: Live }): JSX.Element {
  const clips = () => props.live.clips();
  const speed = () => common(clips().map(speedOf));
  const place = () => {
    const now = speed();
    return now === null ? null : placeOfSpeed(now);
  };
  const note = () => {
    const frames = clips().reduce((sum, clip) => sum + framesOf(clip), 0);
    return speed() === 1 ? undefined : t("look.plays_for", { seconds: seconds(frames) });
  };
  const reset = () => {
    props.live.begin();
    props.live.speed(1);
  };
  return (
    <Group name={t("look.speed")} note={note()} isSet={speed() !== 1} onReset={reset}>
      <Amount
        name={t("look.speed")}
        look="bare"
        value={place()}
        otherwise={0}
        min={-1}
        max={1}
        step={0.01}
        from={0}
        shown={(at) => pace.shown(speed() ?? speedAt(at))}
        typed={(text) => {
          const typed = pace.typed(text);
          return typed === null ? null : placeOfSpeed(typed);
        }}
        onBegin={props.live.begin}
        onValue={(at) => props.live.speed(speedAt(at))}
        onTyped={(at) => props.live.speed(Number((10 ** at).toPrecision(3)))}
        onReset={reset}
      />
    </Group>
  );
}
