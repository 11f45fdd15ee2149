// What can be done with a take.

import { createSignal } from "solid-js";
import type { ProjectView, TakeView } from "../../backend";
import type { MenuEntry } from "../../components/Menu";
import { t } from "../../i18n";
import type { Studio } from "../../state/studio";
import type { View } from "../../state/view";

const [prompted, setPrompted] = createSignal<TakeView | null>(null);

/** The take whose prompt is shown. */
export { prompted, setPrompted };

/** The menu of a take. */
export function takeMenu(studio: Studio, view: View, project: ProjectView, take: TakeView): MenuEntry[] {
  const shot = project.shots.find((entry) => entry.id === take.shot);
  return [
    { label: t("take.play"), icon: "play", run: () => view.setWatched({ kind: "take", take: take.id }) },
    {
      label: t("take.choose"),
      icon: "check",
      disabled: !shot || shot.chosen_take === take.id,
      run: () => void studio.act("shot.choose_take", { shot: take.shot, take: take.id }),
    },
    {
      label: t("take.finish"),
      icon: "film",
      disabled: !take.can_finish,
      run: () => void studio.act("jobs.finish", { takes: [take.id] }),
    },
    "rule",
    { label: t("take.show_prompt"), icon: "pen", disabled: take.prompt === null, run: () => setPrompted(take) },
    {
      label: t("take.keep_seed"),
      icon: "lock",
      disabled: !shot || take.seed === null,
      run: () => void studio.act("shot.edit", { id: take.shot, seed: take.seed }),
    },
    {
      label: t("take.restore"),
      icon: "retry",
      disabled: !shot,
      run: () => void studio.act("shot.edit", { id: take.shot, shot: take.asked }),
    },
    "rule",
    {
      label: t("take.remove"),
      icon: "trash",
      tone: "danger",
      run: () => void studio.act("takes.remove", { takes: [take.id] }),
    },
  ];
}
