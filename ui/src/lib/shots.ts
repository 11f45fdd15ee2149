// What shots and takes are called.

import type { ProjectView } from "../backend";
import { t } from "../i18n";

/** "2 · Poppy speaks to us": its number with its title, else with the beginning of what is to be seen. */
export function shotName(project: ProjectView, id: string): string {
  const at = project.shots.findIndex((shot) => shot.id === id);
  const shot = project.shots[at];
  if (!shot) return t("shot.gone");
  const words = shot.title || beginning(shot.shot.description);
  return words ? `${at + 1} · ${words}` : t("shot.number", { n: at + 1 });
}

/** The first words of a description. */
function beginning(description: string): string {
  const line = description.trim().split("\n")[0] ?? "";
  return line.length > 48 ? `${line.slice(0, 47).trimEnd()}…` : line;
}
