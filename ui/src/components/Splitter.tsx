// The edge between two places: dragged by the pointer, moved by arrow keys, folded by Enter or a double click.

import { createSignal, type JSX } from "solid-js";
import "./Splitter.css";

const STEP = 16;

interface SplitterProps {
  label: string;
  /** Which way the edge runs. */
  runs: "vertical" | "horizontal";
  /** 1 where the place grows to the right or downwards, -1 where it grows to the left or upwards. */
  grows: 1 | -1;
  value: number;
  min: number;
  max: number;
  folded: boolean;
  style?: JSX.CSSProperties;
  onResize(value: number): void;
  onFold(folded: boolean): void;
}

/** The edge between two places. */
export function Splitter(props: SplitterProps): JSX.Element {
  const [dragging, setDragging] = createSignal(false);
  const shown = () => (props.folded ? 0 : props.value);

  const to = (value: number) => {
    // A place that is pulled to less than half of its least size folds; pulled again, it opens.
    if (value < props.min / 2) return props.onFold(true);
    props.onFold(false);
    props.onResize(Math.round(Math.min(props.max, Math.max(props.min, value))));
  };

  const onPointerDown = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    if (event.button !== 0) return;
    event.preventDefault();
    const edge = event.currentTarget;
    const start = { at: props.runs === "vertical" ? event.clientX : event.clientY, value: shown() };
    edge.setPointerCapture(event.pointerId);
    edge.focus({ preventScroll: true });
    setDragging(true);
    const move = (now: PointerEvent) => {
      const at = props.runs === "vertical" ? now.clientX : now.clientY;
      if (at !== start.at) to(start.value + (at - start.at) * props.grows);
    };
    const end = () => {
      setDragging(false);
      edge.removeEventListener("pointermove", move);
      edge.removeEventListener("pointerup", end);
      edge.removeEventListener("pointercancel", end);
    };
    edge.addEventListener("pointermove", move);
    edge.addEventListener("pointerup", end);
    edge.addEventListener("pointercancel", end);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (props.folded && event.key.startsWith("Arrow")) {
      event.preventDefault();
      event.stopPropagation();
      return props.onFold(false);
    }
    const [less, more] = props.runs === "vertical" ? ["ArrowLeft", "ArrowRight"] : ["ArrowUp", "ArrowDown"];
    const step = STEP * props.grows;
    if (event.key === less) to(shown() - step);
    else if (event.key === more) to(shown() + step);
    else if (event.key === "Home") to(props.min);
    else if (event.key === "End") to(props.max);
    else if (event.key === "Enter") props.onFold(!props.folded);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div
      class={`splitter splitter-${props.runs}`}
      classList={{ "splitter-dragging": dragging(), "splitter-folded": props.folded }}
      role="separator"
      tabIndex={0}
      aria-label={props.label}
      aria-orientation={props.runs}
      aria-valuenow={shown()}
      aria-valuemin={0}
      aria-valuemax={props.max}
      style={props.style ?? {}}
      onPointerDown={onPointerDown}
      onKeyDown={onKeyDown}
      onDblClick={() => props.onFold(!props.folded)}
    />
  );
}
