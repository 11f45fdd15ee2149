// How loud the own sound of a clip is.

import type { JSX } from "solid-js";
import { Amount } from "../../components/Amount";
import { t } from "../../i18n";
import { SILENT_DB, common, lookOf } from "../../lib/look";
import { Group } from "./Group";
import type { Live } from "./live";
import { gain } from "./values";

/** The slider ends here: what is softer is silent. */
const LEAST = -48;
const MOST = 12;

/** How loud the own sound of a clip is. */
export function SoundGroup(props: { live: Live }): JSX.Element {
  const value = () => common(props.live.clips().map((clip) => lookOf(clip).gain_db));
  const put = (db: number) => props.live.look((look) => ({ ...look, gain_db: db <= LEAST ? SILENT_DB : db }));
  const reset = () => {
    props.live.begin();
    put(0);
  };
  return (
    <Group name={t("look.volume")} isSet={value() !== 0} onReset={reset}>
      <Amount
        name={t("look.volume")}
        look="bare"
        value={value()}
        otherwise={0}
        min={LEAST}
        max={MOST}
        step={0.5}
        from={0}
        {...gain}
        onBegin={props.live.begin}
        onValue={put}
        onReset={reset}
      />
    </Group>
  );
}
