// A value between two ends, set by dragging or by the arrow keys, which then mean nothing else.

import { splitProps, type JSX } from "solid-js";
import "./Slider.css";

interface SliderProps extends Omit<JSX.InputHTMLAttributes<HTMLInputElement>, "class" | "type" | "value" | "min" | "max"> {
  label: string;
  value: number;
  min: number;
  max: number;
}

/** A value between two ends. */
export function Slider(props: SliderProps): JSX.Element {
  const [own, rest] = splitProps(props, ["label", "value", "min", "max"]);
  const part = () => (own.max > own.min ? (own.value - own.min) / (own.max - own.min) : 0);
  return (
    <input
      type="range"
      class="slider"
      aria-label={own.label}
      min={own.min}
      max={own.max}
      value={own.value}
      style={{ "--part": `${part() * 100}%` }}
      onKeyDown={(event) => event.stopPropagation()}
      {...rest}
    />
  );
}
