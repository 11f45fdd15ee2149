// The menus of the timeline. A line of a menu is a command with its key, so that both are learnt together.

import type { MenuEntry } from "../../components/Menu";
import type { ShotEntry, TakeView, Timeline } from "../../backend";
import { t } from "../../i18n";
import { commands, run, type CommandId } from "../../state/commands";
import type { Studio } from "../../state/studio";
import { keyOf } from "../keyboard/keyboard";

/** A command as a line of a menu; none where nobody provides it. */
export function commandEntry(id: CommandId, tone?: "danger"): MenuEntry[] {
  const command = commands[id];
  if (!command) return [];
  const hint = keyOf(id);
  return [
    {
      label: t(command.title),
      run: () => void run(id),
      disabled: command.enabled?.() === false,
      ...(hint !== undefined && { hint }),
      ...(tone && { tone }),
    },
  ];
}

/**
 * What can be done with the selected clips. On a magnetic track there is one way to delete: no gap can stay. Films and
 * pictures from elsewhere have no takes and no lines.
 */
export function clipMenu(track: Timeline["track"], isShot: boolean): MenuEntry[] {
  return [
    ...commandEntry("timeline.split"),
    ...commandEntry("timeline.duplicate"),
    ...commandEntry("timeline.trim_head"),
    ...commandEntry("timeline.trim_tail"),
    "rule",
    ...commandEntry("timeline.fade_in"),
    ...commandEntry("timeline.fade_out"),
    ...commandEntry("timeline.cross_fade"),
    "rule",
    ...(isShot ? SHOT_COMMANDS.flatMap((id) => commandEntry(id)) : []),
    ...(isShot ? (["rule"] as const) : []),
    ...commandEntry("timeline.earlier"),
    ...commandEntry("timeline.later"),
    "rule",
    ...(track === "free" ? commandEntry("timeline.lift") : []),
    ...commandEntry("timeline.ripple_delete", "danger"),
  ];
}

const SHOT_COMMANDS = ["timeline.previous_take", "timeline.next_take", "timeline.captions", "timeline.continue"];

/** The takes of a shot, to pick the one that is seen. */
export function takesMenu(studio: Studio, shot: ShotEntry | undefined, takes: readonly TakeView[]): MenuEntry[] {
  if (!shot) return [];
  return takes.map((take, index) => ({
    label: t("timeline.take_number", { number: index + 1 }),
    detail: takeDetail(take),
    checked: take.id === shot.take,
    run: () => void studio.act("shot.choose_take", { shot: shot.id, take: take.id }),
  }));
}

function takeDetail(take: TakeView): string {
  const made = take.goal === "final" ? t("timeline.badge_final") : t("timeline.badge_draft");
  const size = take.size ? `${take.size[0]} × ${take.size[1]}` : "";
  const seed = take.seed === null ? "" : t("take.seed", { seed: take.seed });
  return [made, size, seed].filter((part) => part !== "").join(" · ");
}
