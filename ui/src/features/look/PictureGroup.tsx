// Where a clip lies in the picture: how it is brought to its shape, its place and size, how much it covers.

import type { JSX } from "solid-js";
import type { Fit } from "../../backend";
import { Amount } from "../../components/Amount";
import { TextCell } from "../../components/Cell";
import { Segmented } from "../../components/Segmented";
import { t } from "../../i18n";
import { PLAIN, WHOLE, atSpot, common, isSameArea, lookOf, spotOf, type Spot } from "../../lib/look";
import { Group } from "./Group";
import type { Live } from "./live";
import { percent } from "./values";

const FITS: readonly (Fit | null)[] = [null, "cover", "contain", "blur", "stretch"];
const STEP = 0.01;

/** Where a clip lies in the picture. */
export function PictureGroup(props: { live: Live }): JSX.Element {
  const looks = () => props.live.clips().map(lookOf);
  const fit = () => common<Fit | "auto">(looks().map((look) => look.fit ?? "auto"));
  const spot = (part: keyof Spot) => common(looks().map((look) => spotOf(look.frame)[part]));
  const put = (change: Partial<Spot>) => props.live.look((look) => ({ ...look, frame: atSpot(look.frame, change) }));
  const opacity = () => common(looks().map((look) => look.opacity));
  const isSet = () => looks().some((look) => look.fit !== null || !isSameArea(look.frame, WHOLE) || look.opacity !== 1);
  const reset = (what: Partial<typeof PLAIN>) => {
    props.live.begin();
    props.live.look((look) => ({ ...look, ...what }));
  };
  const cell = (part: keyof Spot, name: string): JSX.Element => (
    <TextCell
      name={name}
      value={spot(part) === null ? "" : String(Math.round((spot(part) ?? 0) * 1000) / 10)}
      shown={spot(part) === null ? "" : percent.shown(spot(part) ?? 0)}
      placeholder="—"
      numeric
      onBegin={props.live.begin}
      onDone={(text) => {
        const typed = percent.typed(text.replace(",", ".").replace("−", "-"));
        if (typed === null || typed === spot(part)) return;
        props.live.begin();
        put({ [part]: typed });
      }}
      onStep={(by) => put({ [part]: (spot(part) ?? (part === "scale" ? 1 : 0)) + by * STEP })}
    />
  );
  return (
    <Group
      name={t("look.picture")}
      isSet={isSet()}
      onReset={() => reset({ fit: null, frame: WHOLE, opacity: 1 })}
    >
      <div class="look-fits">
        <Segmented<Fit | "auto" | null>
          label={t("look.fit")}
          value={fit()}
          choices={FITS.map((one) => ({ value: one ?? "auto", label: t(`look.fit_${one ?? "auto"}`), hint: t(`look.fit_${one ?? "auto"}_hint`) }))}
          onPick={(picked) => reset({ fit: picked === "auto" ? null : picked })}
        />
      </div>
      <div class="look-cells">
        {cell("scale", t("look.scale"))}
        {cell("x", t("look.x"))}
        {cell("y", t("look.y"))}
      </div>
      <Amount
        name={t("look.opacity")}
        value={opacity()}
        otherwise={1}
        min={0}
        max={1}
        step={0.01}
        {...percent}
        onBegin={props.live.begin}
        onValue={(value) => props.live.look((look) => ({ ...look, opacity: Math.min(1, Math.max(0, value)) }))}
        onReset={() => reset({ opacity: 1 })}
      />
    </Group>
  );
}
