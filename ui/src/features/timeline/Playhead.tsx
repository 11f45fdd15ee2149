// The line where the timeline is now.

import type { JSX } from "solid-js";
import { useView } from "../../state/view";
import { pressRuler } from "./gestures/ground";
import { useTimeline } from "./model";

/** The line where the timeline is now. */
export function Playhead(): JSX.Element {
  const view = useView();
  const model = useTimeline();
  return (
    <div class="playhead" style={{ transform: `translateX(${model.x(view.playhead())}px)` }} aria-hidden="true">
      <i
        class="playhead-handle"
        onPointerDown={(event) => {
          event.stopPropagation();
          pressRuler(model, view, event);
        }}
      />
    </div>
  );
}
