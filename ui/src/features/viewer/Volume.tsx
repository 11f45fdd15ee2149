// How loud it plays.

import type { JSX } from "solid-js";
import { Button } from "../../components/Button";
import { Slider } from "../../components/Slider";
import { t } from "../../i18n";
import { run } from "../../state/commands";
import { usePlayer } from "../../state/player";
import "./Volume.css";

/** How loud it plays. */
export function Volume(): JSX.Element {
  const player = usePlayer();
  const shown = () => (player.isMuted() ? 0 : player.volume());
  return (
    <div class="volume">
      <Button
        kind="quiet"
        icon={shown() === 0 ? "mute" : "sound"}
        label={t("transport.mute")}
        aria-pressed={player.isMuted()}
        onClick={() => run("transport.mute")}
      />
      <Slider
        label={t("transport.volume")}
        min={0}
        max={1}
        step={0.05}
        value={shown()}
        onInput={(event) => player.setVolume(event.currentTarget.valueAsNumber)}
      />
    </div>
  );
}
