// How a clip comes and goes, drawn over its film: wedges, and a crossing where it takes the place of the clip before it.
// The corners are pulled.

import { Show, type JSX } from "solid-js";
import { t } from "../../i18n";
import { crossOf, lookOf, type Fade } from "../../lib/look";
import { framesOf } from "../../lib/timeline/pace";
import { useView } from "../../state/view";
import { pressFade } from "./gestures/fades";
import { useTimeline } from "./model";
import "./Fades.css";

/** Of narrower clips no corner could be pulled. */
const CORNERS_PX = 48;
/** Half of a corner's handle. */
const HANDLE_PX = 5;

/** How a clip comes and goes. */
export function Fades(props: { id: string; width: number }): JSX.Element {
  const view = useView();
  const model = useTimeline();
  const clip = () => model.clip(props.id);
  const frames = (fade: Fade): number => {
    const now = clip();
    if (!now) return 0;
    if (fade === "cross_fade") return crossOf(model.track().clips, now);
    if (fade === "fade_in" && crossOf(model.track().clips, now) > 0) return 0;
    return Math.min(lookOf(now)[fade], framesOf(now));
  };
  const px = (fade: Fade) => Math.min(props.width, model.x(frames(fade)));
  const press = (event: PointerEvent, fade: Fade) => {
    event.stopPropagation();
    pressFade(model, view, event, props.id, fade);
  };
  /** Where a handle lies: on its line, and never over the clip's end. */
  const inside = (at: number) => Math.max(HANDLE_PX + 1, Math.min(at, props.width - HANDLE_PX - 1)) - HANDLE_PX;
  const isAny = () => frames("fade_in") > 0 || frames("fade_out") > 0;
  return (
    <div class="fades">
      <Show when={isAny()}>
        <svg class="fades-wedges" viewBox={`0 0 ${props.width} 100`} preserveAspectRatio="none" aria-hidden="true">
          <path
            class="fades-dark"
            d={`M0 0 V100 L${px("fade_in")} 0Z M${props.width} 0 V100 L${props.width - px("fade_out")} 0Z`}
          />
          <path class="fades-line" d={`M0 100 L${px("fade_in")} 0 M${props.width - px("fade_out")} 0 L${props.width} 100`} />
        </svg>
      </Show>
      <Show when={frames("cross_fade") > 0}>
        <svg class="fades-cross" style={{ width: `${px("cross_fade")}px` }} viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
          <path class="fades-line" d="M0 100 L100 0 M0 0 L100 100" />
        </svg>
      </Show>
      <Show when={props.width >= CORNERS_PX}>
        <Show
          when={frames("cross_fade") > 0}
          fallback={
            <i
              class="fades-handle"
              style={{ translate: `${inside(px("fade_in"))}px` }}
              data-tip={t("timeline.fade_in")}
              data-fade="fade_in"
              onPointerDown={(event) => press(event, "fade_in")}
            />
          }
        >
          <i
            class="fades-handle fades-handle-cross"
            style={{ translate: `${inside(px("cross_fade"))}px` }}
            data-tip={t("timeline.cross_fade")}
            data-fade="cross_fade"
            onPointerDown={(event) => press(event, "cross_fade")}
          />
        </Show>
        <i
          class="fades-handle"
          style={{ translate: `${inside(props.width - px("fade_out"))}px` }}
          data-tip={t("timeline.fade_out")}
          data-fade="fade_out"
          onPointerDown={(event) => press(event, "fade_out")}
        />
      </Show>
    </div>
  );
}
