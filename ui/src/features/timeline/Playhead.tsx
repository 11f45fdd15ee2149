// The line where the timeline is now.

import type { JSX } from "solid-js";
import { useView } from "../../state/view";
import { pressRuler } from "./gestures/ground";
import { useTimeline } from "./model";

/** The line where the timeline is now. */
export function Playhead(): JSX.Element {
  const view = useView();
  const model = useTimeline();
  return <div class="playhead" style={{ transform: `translateX(${model.x(view.playhead())}px)` }} aria-hidden="true" />;
}

/** Its handle in the ruler. */
export function PlayheadHandle(): JSX.Element {
  const view = useView();
  const model = useTimeline();
  return (
    <i
      class="playhead-handle"
      style={{ transform: `translateX(${model.x(view.playhead())}px)` }}
      aria-hidden="true"
      onPointerDown={(event) => {
        event.stopPropagation();
        pressRuler(model, view, event);
      }}
    />
  );
}
