// Drags over the lanes: they count in pixels of the content, scroll at the edges, and draw once per animation frame.

import { startDrag, type DragPoint } from "../../../lib/drag";
import { edgeScroll } from "../../../lib/timeline/scale";
import type { TimelineModel } from "../model";

/** So near to an edge the lanes begin to scroll. */
const EDGE_PX = 36;

/** What happens during a drag over the lanes. `by` is the way in pixels of the content since the press. */
export interface LaneDrag {
  begin?(point: DragPoint): void;
  move(by: number, point: DragPoint): void;
  end(): void;
  cancel?(): void;
  click?(point: DragPoint): void;
}

/** Follows the pointer over the lanes. `threshold` 0 makes a drag of every press. */
export function dragOverLanes(model: TimelineModel, press: PointerEvent, drag: LaneDrag, threshold?: number): void {
  const origin = model.laneX(press.clientX) + model.scroll();
  let last: DragPoint | null = null;
  let isNew = false;
  let frame = 0;

  const draw = () => {
    isNew = false;
    if (last) drag.move(model.laneX(last.x) + model.scroll() - origin, last);
  };
  const tick = () => {
    frame = requestAnimationFrame(tick);
    if (!last) return;
    const step = edgeScroll(model.laneX(last.x), model.width(), EDGE_PX);
    const before = model.scroll();
    if (step !== 0) model.scrollTo(before + step);
    if (isNew || model.scroll() !== before) draw();
  };
  const stop = () => cancelAnimationFrame(frame);

  startDrag(
    press,
    {
      begin(point) {
        drag.begin?.(point);
        frame = requestAnimationFrame(tick);
      },
      move(point) {
        last = point;
        isNew = true;
      },
      end() {
        stop();
        if (isNew) draw();
        drag.end();
      },
      cancel() {
        stop();
        drag.cancel?.();
      },
      ...(drag.click && { click: (point: DragPoint) => drag.click?.(point) }),
    },
    threshold,
  );
}
