// The controls under the picture.

import { Show, type JSX } from "solid-js";
import { Button } from "../../components/Button";
import { Icon } from "../../components/Icon";
import { openMenu } from "../../components/Menu";
import { t } from "../../i18n";
import { PLATFORMS } from "../../lib/platforms";
import { ratioOf } from "../../lib/shape";
import { timecode } from "../../lib/timecode";
import { run } from "../../state/commands";
import { usePlayer } from "../../state/player";
import { useStudio } from "../../state/studio";
import { useView } from "../../state/view";
import { keyOf } from "../keyboard/keyboard";
import { TimeEntry } from "./TimeEntry";
import { Volume } from "./Volume";
import "./Transport.css";

const SPEEDS = [0.5, 1, 2, 4];

interface TransportProps {
  platform: string | null;
  onPlatform(platform: string | null): void;
  isPair: boolean;
  canPair: boolean;
  onPair(): void;
  isFull: boolean;
  onFull(): void;
}

/** The controls under the picture. */
export function Transport(props: TransportProps): JSX.Element {
  const studio = useStudio();
  const view = useView();
  const player = usePlayer();
  const isPlaying = () => view.speed() !== 0;
  const isVertical = () => ratioOf(studio.project()?.aspect ?? "9:16") < 1;
  const platformName = (id: string | null) => {
    const platform = PLATFORMS.find((one) => one.id === id);
    return platform ? (platform.name ?? t("safe.everywhere")) : t("safe.none");
  };

  const pickSpeed = (button: Element) =>
    openMenu(
      button,
      SPEEDS.map((speed) => ({
        label: `${speed.toFixed(1)}×`,
        checked: (view.speed() || 1) === speed,
        run: () => view.setSpeed(speed),
      })),
      t("transport.speed"),
    );
  const pickPlatform = (button: Element) =>
    openMenu(
      button,
      [
        { label: t("safe.none"), checked: props.platform === null, run: () => props.onPlatform(null) },
        ...PLATFORMS.map((platform) => ({
          label: platformName(platform.id),
          checked: platform.id === props.platform,
          ...(platform.isVerified ? {} : { hint: t("safe.unverified") }),
          run: () => props.onPlatform(platform.id),
        })),
      ],
      t("safe.title"),
    );

  return (
    <div class="transport" role="toolbar" aria-label={t("transport.title")}>
      <Show when={view.watched().kind !== "timeline"}>
        <button type="button" class="transport-word transport-back" aria-label={t("viewer.timeline")} data-tip={t("viewer.timeline")} onClick={() => run("viewer.timeline")}>
          <Icon name="back" />
          <span>{t("viewer.timeline")}</span>
        </button>
      </Show>
      <div class="transport-group">
        <button type="button" class="transport-word" aria-label={t("transport.speed")} aria-haspopup="menu" onClick={(event) => pickSpeed(event.currentTarget)}>
          {(view.speed() || 1).toFixed(1)}×
        </button>
        <Button kind="quiet" icon="loop" label={t("transport.loop")} shortcut={keyOf("transport.loop")} pressed={view.loop()} onClick={() => run("transport.loop")} />
        <Button kind="quiet" icon="back_cut" label={t("transport.cut_back")} shortcut={keyOf("transport.cut_back")} onClick={() => run("transport.cut_back")} />
        <button
          type="button"
          class="transport-play"
          aria-label={isPlaying() ? t("transport.stop") : t("transport.play")}
          disabled={player.programme().length === 0}
          onClick={() => player.toggle()}
        >
          <Icon name={isPlaying() ? "pause" : "play"} />
        </button>
        <Button kind="quiet" icon="forward_cut" label={t("transport.cut_forward")} shortcut={keyOf("transport.cut_forward")} onClick={() => run("transport.cut_forward")} />
        <TimeEntry />
        <span class="transport-length">/ {timecode(player.programme().length)}</span>
      </div>
      <div class="transport-group">
        <Volume />
        <Show when={isVertical()}>
          <button
            type="button"
            class="transport-word transport-safe"
            classList={{ "transport-on": props.platform !== null }}
            aria-label={`${t("safe.title")}: ${platformName(props.platform)}`}
            aria-haspopup="menu"
            data-tip={t("safe.title")}
            onClick={(event) => pickPlatform(event.currentTarget)}
          >
            <Icon name="safe" />
            <span>{props.platform === null ? t("safe.short") : platformName(props.platform)}</span>
          </button>
        </Show>
        <button
          type="button"
          class="transport-word"
          classList={{ "transport-on": props.isPair }}
          aria-pressed={props.isPair}
          aria-label={t("viewer.pair")}
          data-tip={t("viewer.pair")}
          disabled={!props.isPair && !props.canPair}
          onClick={() => props.onPair()}
        >
          A|B
        </button>
        <Button
          kind="quiet"
          icon="blind"
          label={t("viewer.blind")}
          shortcut={keyOf("viewer.blind")}
          disabled={!props.canPair}
          onClick={() => view.setSheet("compare")}
        />
        <Button
          kind="quiet"
          icon={props.isFull ? "unfull" : "full"}
          label={t("viewer.full_screen")}
          shortcut={keyOf("viewer.full_screen")}
          pressed={props.isFull}
          onClick={() => props.onFull()}
        />
      </div>
    </div>
  );
}
