// What the file of a film or picture is, which part of it is seen, and where it lies.

import { For, type JSX } from "solid-js";
import type { Clip, Footage, ProjectView } from "../../backend";
import { t } from "../../i18n";
import { bytes, duration } from "../../lib/format";
import { RATE, timecode } from "../../lib/timecode";

/** What the file of a film or picture is. */
export function FootageFacts(props: { clip: Clip; footage: Footage; project: ProjectView }): JSX.Element {
  const item = () => props.project.media.find((one) => one.sha256 === props.footage.media.sha256);
  const isFilm = () => props.footage.kind === "film";
  const file = () => {
    const known = item();
    const rate = known?.rate ?? null;
    return [
      known?.size ? `${known.size[0]} × ${known.size[1]}` : null,
      isFilm() && rate !== null ? t("look.per_second", { rate: Math.round(rate * 1000) / 1000 }) : null,
      isFilm() ? duration(props.footage.frames / RATE) : null,
      bytes(props.footage.media.bytes),
      isFilm() && known && !known.has_sound ? t("look.file_silent") : null,
    ]
      .filter((fact) => fact !== null)
      .join(" · ");
  };
  const folder = () => `${props.project.folder}/media`;
  const facts = (): readonly { name: string; value: string; tip?: string }[] => [
    { name: t("look.file"), value: file() },
    ...(isFilm() ? [{ name: t("look.file_part"), value: `${timecode(props.clip.in)} – ${timecode(props.clip.out)}` }] : []),
    // The end of a path says more than its beginning.
    { name: t("look.file_place"), value: folder().split(/[\\/]/).slice(-2).join("/"), tip: folder() },
  ];
  return (
    <dl class="look-facts">
      <For each={facts()}>
        {({ name, value, tip }) => (
          <div>
            <dt>{name}</dt>
            <dd data-tip={tip}>{value}</dd>
          </div>
        )}
      </For>
    </dl>
  );
}
