// Where a clip is drawn, with what hangs on it: its lines and captions use the same box.

import { createMemo, type Accessor } from "solid-js";
import { endOf } from "../../lib/timeline/clips";
import { useTimeline } from "./model";

/** Space between two clips that touch. */
const SEAM_PX = 3;

/** Pixels of the content. */
export interface Box {
  readonly x: Accessor<number>;
  readonly width: Accessor<number>;
}

/** The box of a clip. */
export function boxOf(id: Accessor<string>): Box {
  const model = useTimeline();
  const x = createMemo(() => {
    const clip = model.clip(id());
    const preview = model.preview();
    const off = preview?.held?.ids.has(id()) ? preview.held.by : (preview?.shift ?? 0);
    return clip ? model.x(clip.start) + off : 0;
  });
  const width = createMemo(() => {
    const clip = model.clip(id());
    return clip ? Math.max(2, model.x(endOf(clip)) - model.x(clip.start) - SEAM_PX) : 0;
  });
  return { x, width };
}
