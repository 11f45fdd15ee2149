// What is chosen on the export page, and the order that follows from it.

import type { CaptionUse, EncoderChoice, ExportLabel, ExportOrder, Language, Preset, ProjectView, Tongues } from "../../backend";

/** Whether the picture says that AI made it. */
export type LabelWanted = "usual" | "with" | "without";

/** What is chosen on the export page. */
export interface Choices {
  readonly presets: ReadonlySet<string>;
  /** Languages of captions; none for the most used one. */
  readonly languages: ReadonlySet<Language>;
  /** The language below each of them. */
  readonly second: Language | null;
  readonly captions: CaptionUse;
  readonly label: LabelWanted;
  /** Whether the statement was agreed to. */
  readonly isAgreed: boolean;
  readonly encoder: EncoderChoice;
  readonly folder: string;
  /** The frame that covers show; one that Gallop picks where it is null. */
  readonly cover: number | null;
}

/** The languages in which a project has captions, the most used first. */
export function captionLanguages({ timeline }: Pick<ProjectView, "timeline">): Language[] {
  const counts = new Map<Language, number>();
  for (const { language } of timeline.captions) counts.set(language, (counts.get(language) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([language]) => language);
}

/** What captions are made in, of those that are there. Nothing where all is left to the core. */
export function tonguesOf({ languages, second }: Pick<Choices, "languages" | "second">, there: readonly Language[]): Tongues[] {
  const below = second !== null && there.includes(second) ? second : null;
  const chosen = there.filter((language) => languages.has(language));
  const firsts = chosen.length > 0 || below === null ? chosen : there.filter((language) => language !== below).slice(0, 1);
  return firsts.map((first) => (below !== null && below !== first ? { first, second: below } : { first }));
}

/** How many clips will be made. */
export const clipsOf = (choices: Pick<Choices, "presets" | "languages" | "second">, there: readonly Language[]): number =>
  choices.presets.size * Math.max(1, tonguesOf(choices, there).length);

/** The chosen presets whose platforms' law asks for a label that would be left out. */
export const unlabelled = (choices: Pick<Choices, "presets" | "label">, all: readonly Preset[]): Preset[] =>
  choices.label === "without"
    ? all.filter(({ id, label }) => choices.presets.has(id) && label?.visible === "required")
    : [];

/** How the label is told to the core. */
export const labelOf = ({ label, isAgreed }: Pick<Choices, "label" | "isAgreed">, statement: string): ExportLabel =>
  label === "without" ? { kind: "without", ...(isAgreed && { agreed: statement }) } : { kind: label };

/** What the core is told. */
export function orderOf(choices: Choices, all: readonly Preset[], there: readonly Language[], statement: string): ExportOrder {
  return {
    presets: all.filter(({ id }) => choices.presets.has(id)).map(({ id }) => id),
    languages: tonguesOf(choices, there),
    folder: choices.folder,
    captions: choices.captions,
    label: labelOf(choices, statement),
    encoder: choices.encoder,
    ...(choices.cover !== null && { cover_frame: choices.cover }),
  };
}

/** The folder that a folder lies in, as the system of its path writes it. */
export const parentOf = (folder: string): string => folder.replace(/[\\/]+$/, "").replace(/(?<=.)[\\/][^\\/]*$/, "") || folder;
