// How loud it plays.

import type { JSX } from "solid-js";
import { Button } from "../../components/Button";
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
      <input
        type="range"
        class="volume-range"
        aria-label={t("transport.volume")}
        min="0"
        max="1"
        step="0.05"
        value={shown()}
        style={{ "--part": `${shown() * 100}%` }}
        onInput={(event) => player.setVolume(event.currentTarget.valueAsNumber)}
        onKeyDown={(event) => event.stopPropagation()}
      />
    </div>
  );
}
