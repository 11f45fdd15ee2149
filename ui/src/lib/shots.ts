// What shots are called, everywhere in the window: the number, then the title, else the beginning of what is to be seen.

import type { ProjectView, ShotEntry } from "../backend";
import { t } from "../i18n";

/** So many letters of a description stand for it. */
const LONGEST = 48;

/** "2 · Poppy speaks to us", of a shot whose place in the project is known, counted from 1. */
export function shotTitle(shot: Pick<ShotEntry, "title" | "shot">, number: number): string {
  const words = shot.title?.trim() || beginning(shot.shot.description);
  return words ? `${number} · ${words}` : t("shot.number", { n: number });
}

/** The same of a shot of a project by its id. */
export function shotName(project: ProjectView, id: string): string {
  const at = project.shots.findIndex((shot) => shot.id === id);
  const shot = project.shots[at];
  return shot ? shotTitle(shot, at + 1) : t("shot.gone");
}

/** The first sentence of a description, or as much of it as there is room for. */
export function beginning(description: string): string {
  const sentence = description.trim().split(/[\n。！？]|[.!?](?=\s|$)/, 1)[0]?.trim() ?? "";
  const letters = [...sentence];
  return letters.length > LONGEST ? `${letters.slice(0, LONGEST - 1).join("").trimEnd()}…` : sentence;
}
