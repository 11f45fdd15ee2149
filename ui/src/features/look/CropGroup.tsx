// Which part of a clip is seen: cut off at its sides, or wandered over from one part to another.

import { For, Show, type JSX } from "solid-js";
import type { Area, Look } from "../../backend";
import { TextCell } from "../../components/Cell";
import { Picker } from "../../components/Picker";
import { t } from "../../i18n";
import {
  MOTIONS,
  MOST_ZOOM,
  WHOLE,
  aimOf,
  atAim,
  common,
  inset,
  insetsOf,
  isSameArea,
  lookOf,
  motionOf,
  moving,
  type Aim,
  type Insets,
  type Motion,
} from "../../lib/look";
import { Group } from "./Group";
import type { Live } from "./live";
import { percent } from "./values";

const SIDES = ["left", "top", "right", "bottom"] as const satisfies readonly (keyof Insets)[];
const ENDS = ["crop", "crop_to"] as const;
const STEP = 0.01;

const clean = (text: string) => text.replace(",", ".").replace("−", "-");

/** Which part of a clip is seen. */
export function CropGroup(props: { live: Live }): JSX.Element {
  const looks = () => props.live.clips().map(lookOf);
  const motion = () => common(looks().map((look) => motionOf(look) ?? "none"));
  const isMoving = () => looks().every((look) => look.crop_to !== null);
  const isSet = () => looks().some((look) => look.crop_to !== null || !isSameArea(look.crop, WHOLE));
  const change = (to: (look: Look) => Look) => props.live.look(to);
  const once = (to: (look: Look) => Look) => {
    props.live.begin();
    change(to);
  };

  const sideOf = (side: keyof Insets) => common(looks().map((look) => insetsOf(look.crop)[side]));
  const cut = (side: keyof Insets, by: number) => change((look) => ({ ...look, crop: inset(look.crop, side, by) }));

  const areaOf = (look: Look, end: (typeof ENDS)[number]): Area => look[end] ?? look.crop;
  const aim = (end: (typeof ENDS)[number], part: keyof Aim) => common(looks().map((look) => aimOf(areaOf(look, end))[part]));
  const point = (end: (typeof ENDS)[number], to: Partial<Aim>) =>
    change((look) => ({ ...look, [end]: atAim({ ...aimOf(areaOf(look, end)), ...to }) }));

  const text = (value: number | null, scale: number) => (value === null ? "" : String(Math.round(value * scale * 10) / 10));

  return (
    <Group name={t("look.crop")} isSet={isSet()} onReset={() => once((look) => moving(look, null))}>
      <Picker<Motion | "none" | "custom" | null>
        label={t("look.motion")}
        value={motion()}
        shown={motion() === null ? t("look.mixed") : motion() === "custom" ? t("look.motion_custom") : undefined}
        choices={[
          { value: "none", label: t("look.motion_none") },
          ...MOTIONS.map((one) => ({ value: one, label: t(`look.motion_${one}`) })),
        ]}
        look="field"
        onPick={(picked) => {
          if (picked === null || picked === "custom") return;
          once((look) => moving(look, picked === "none" ? null : picked));
        }}
      />
      <Show
        when={isMoving()}
        fallback={
          <div class="look-cells look-cells-four">
            <For each={SIDES}>
              {(side) => (
                <TextCell
                  name={t(`look.crop_${side}`)}
                  value={text(sideOf(side), 100)}
                  shown={sideOf(side) === null ? "" : percent.shown(sideOf(side) ?? 0)}
                  placeholder="—"
                  numeric
                  onBegin={props.live.begin}
                  onDone={(typed) => {
                    const value = percent.typed(clean(typed));
                    if (value !== null && value !== sideOf(side)) once((look) => ({ ...look, crop: inset(look.crop, side, value) }));
                  }}
                  onStep={(by) => cut(side, (sideOf(side) ?? 0) + by * STEP)}
                />
              )}
            </For>
          </div>
        }
      >
        <For each={ENDS}>
          {(end) => (
            <div class="look-end">
              <span>{t(end === "crop" ? "look.begins" : "look.ends")}</span>
              <div class="look-cells">
                <TextCell
                  name={t("look.zoom")}
                  value={text(aim(end, "zoom"), 100)}
                  shown={aim(end, "zoom") === null ? "" : percent.shown(aim(end, "zoom") ?? 1)}
                  placeholder="—"
                  numeric
                  onBegin={props.live.begin}
                  onDone={(typed) => {
                    const value = percent.typed(clean(typed));
                    if (value === null || Math.abs(value - (aim(end, "zoom") ?? 0)) < 5e-4) return;
                    props.live.begin();
                    point(end, { zoom: Math.min(MOST_ZOOM, Math.max(1, value)) });
                  }}
                  onStep={(by) => point(end, { zoom: Math.min(MOST_ZOOM, Math.max(1, (aim(end, "zoom") ?? 1) + by * 0.05)) })}
                />
                <For each={["x", "y"] as const}>
                  {(axis) => (
                    <TextCell
                      name={t(`look.${axis}`)}
                      value={text(aim(end, axis), 100)}
                      shown={aim(end, axis) === null ? "" : percent.shown(aim(end, axis) ?? 0)}
                      placeholder="—"
                      numeric
                      onBegin={props.live.begin}
                      onDone={(typed) => {
                        const value = percent.typed(clean(typed));
                        if (value === null || Math.abs(value - (aim(end, axis) ?? 9)) < 5e-4) return;
                        props.live.begin();
                        point(end, { [axis]: value });
                      }}
                      onStep={(by) => point(end, { [axis]: (aim(end, axis) ?? 0) + by * 0.05 })}
                    />
                  )}
                </For>
              </div>
            </div>
          )}
        </For>
      </Show>
    </Group>
  );
}
