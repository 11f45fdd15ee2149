// How loud a track is, in decibels: drag up or down, turn with the arrow keys, double click for 0.

import { createSignal, type JSX } from "solid-js";
import { t } from "../../i18n";
import { startDrag } from "../../lib/drag";

const LEAST = -48;
const MOST = 12;
const DB_PER_PX = 0.2;

const round = (value: number) => Math.round(Math.min(MOST, Math.max(LEAST, value)) * 2) / 2;

/** How loud a track is. */
export function Gain(props: { value: number; label: string; change(value: number): void }): JSX.Element {
  const [dragged, setDragged] = createSignal<number | null>(null);
  const shown = () => dragged() ?? props.value;
  const text = () => {
    const value = shown();
    return t("timeline.decibels", { value: value < 0 ? `−${-value}` : value > 0 ? `+${value}` : "0" });
  };
  const change = (value: number) => {
    if (round(value) !== props.value) props.change(round(value));
  };
  return (
    <span
      class="gain"
      role="slider"
      tabIndex={0}
      aria-label={props.label}
      aria-valuemin={LEAST}
      aria-valuemax={MOST}
      aria-valuenow={shown()}
      aria-valuetext={text()}
      data-tip={props.label}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        const from = props.value;
        startDrag(event, {
          move: (point) => void setDragged(round(from + (point.dx - point.dy) * DB_PER_PX)),
          end() {
            change(dragged() ?? from);
            setDragged(null);
          },
          cancel: () => void setDragged(null),
        });
      }}
      onDblClick={() => change(0)}
      onKeyDown={(event) => {
        const step = event.key === "ArrowUp" || event.key === "ArrowRight" ? 1 : event.key === "ArrowDown" || event.key === "ArrowLeft" ? -1 : 0;
        if (step === 0 || event.ctrlKey || event.metaKey || event.altKey) return;
        event.preventDefault();
        event.stopPropagation();
        change(props.value + step * (event.shiftKey ? 6 : 1));
      }}
    >
      {text()}
    </span>
  );
}
