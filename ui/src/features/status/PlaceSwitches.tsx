// Shows and folds the places around the viewer.

import { For, type JSX } from "solid-js";
import { Button } from "../../components/Button";
import { t } from "../../i18n";
import { provideCommands, run } from "../../state/commands";
import { useLayout, type Place } from "../../state/layout";

const PLACES = [
  { place: "library", icon: "panel_left", command: "view.library" },
  { place: "timeline", icon: "panel_bottom", command: "view.timeline" },
  { place: "shot", icon: "panel_right", command: "view.shot" },
] as const satisfies readonly { place: Place; icon: string; command: string }[];

/** Three buttons, one for each place that folds. */
export function PlaceSwitches(): JSX.Element {
  const layout = useLayout();
  provideCommands(
    PLACES.map(({ place, command }) => ({
      id: command,
      title: command,
      run: () => layout.fold(place, !layout.isFolded(place)),
    })),
  );
  return (
    <div class="status-places" role="group" aria-label={t("status.places")}>
      <For each={PLACES}>
        {({ place, icon, command }) => (
          <Button kind="quiet" size="small" icon={icon} label={t(command)} aria-pressed={!layout.isFolded(place)} onClick={() => run(command)} />
        )}
      </For>
    </div>
  );
}
