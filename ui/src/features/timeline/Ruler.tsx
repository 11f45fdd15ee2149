// The ruler: times, markers, the in and out point. Pressing it moves the playhead.

import { For, Show, createMemo, type JSX } from "solid-js";
import { openMenu } from "../../components/Menu";
import { t } from "../../i18n";
import { steps, ticks } from "../../lib/timeline/ruler";
import { useView } from "../../state/view";
import { pressMark, pressMarker, pressRuler } from "./gestures/ground";
import { useTimeline } from "./model";
import { PlayheadHandle } from "./Playhead";
import { TextEdit } from "./TextEdit";
import "./Ruler.css";

/** The ruler. */
export function Ruler(): JSX.Element {
  const view = useView();
  const model = useTimeline();
  const marks = createMemo(() => steps(model.zoom()));
  const shown = createMemo(() => ticks(model.span(), marks().major));
  const markers = () => model.told().markers.map((marker) => marker.id);

  return (
    <div
      class="lane-body ruler"
      style={{ "--ruler-minor": `${marks().minor * model.zoom()}px`, "--ruler-major": `${marks().major * model.zoom()}px` }}
      onPointerDown={(event) => {
        event.stopPropagation();
        pressRuler(model, view, event);
      }}
    >
      <For each={shown()}>
        {(tick) => (
          <span class="ruler-time" style={{ transform: `translateX(${model.x(tick.frame)}px)` }}>
            {tick.label}
          </span>
        )}
      </For>
      <Range />
      <For each={markers()}>{(id) => <MarkerFlag id={id} />}</For>
      <PlayheadHandle />
    </div>
  );
}

/** What lies between the in and the out point, with a handle at either. */
function Range(): JSX.Element {
  const view = useView();
  const model = useTimeline();
  const from = () => model.x(view.range().in ?? 0);
  const to = () => model.x(view.range().out ?? model.end());
  return (
    <Show when={view.range().in !== null || view.range().out !== null}>
      <div class="ruler-range" style={{ transform: `translateX(${from()}px)`, width: `${Math.max(2, to() - from())}px` }}>
        <Show when={view.range().in !== null}>
          <i class="ruler-mark ruler-mark-in" data-tip={t("timeline.in_point")} onPointerDown={(event) => grab(event, "in")} />
        </Show>
        <Show when={view.range().out !== null}>
          <i class="ruler-mark ruler-mark-out" data-tip={t("timeline.out_point")} onPointerDown={(event) => grab(event, "out")} />
        </Show>
      </div>
    </Show>
  );

  function grab(event: PointerEvent, which: "in" | "out") {
    event.stopPropagation();
    pressMark(model, view, event, which);
  }
}

/** A marker: a flag with its name. */
function MarkerFlag(props: { id: string }): JSX.Element {
  const view = useView();
  const model = useTimeline();
  const marker = () => model.told().markers.find((one) => one.id === props.id);
  const frame = () => {
    const dragged = model.preview()?.marker;
    return dragged?.id === props.id ? dragged.frame : (marker()?.frame ?? 0);
  };
  const isWriting = () => model.writing() === props.id;
  const rename = (text: string) => {
    const now = marker();
    model.setWriting(null);
    if (now && text !== now.text) void model.commit([{ kind: "put_marker", marker: { ...now, text } }]);
  };
  return (
    <div
      class="marker"
      classList={{ "marker-picked": model.picked()?.id === props.id }}
      style={{ transform: `translateX(${model.x(frame())}px)` }}
      data-tip={marker()?.text || t("timeline.marker")}
      onPointerDown={(event) => {
        event.stopPropagation();
        if (!isWriting()) pressMarker(model, view, event, props.id);
      }}
      onDblClick={() => model.setWriting(props.id)}
      onContextMenu={(event) => {
        event.preventDefault();
        openMenu(
          { x: event.clientX, y: event.clientY },
          [
            { label: t("timeline.rename"), run: () => void model.setWriting(props.id) },
            {
              label: t("timeline.remove_marker"),
              tone: "danger",
              run: () => void model.commit([{ kind: "delete_marker", id: props.id }]),
            },
          ],
          t("timeline.marker"),
        );
      }}
    >
      <i class="marker-flag" />
      <Show when={isWriting()} fallback={<span class="marker-name">{marker()?.text}</span>}>
        <TextEdit text={marker()?.text ?? ""} label={t("timeline.marker_name")} done={rename} cancel={() => model.setWriting(null)} />
      </Show>
    </div>
  );
}
