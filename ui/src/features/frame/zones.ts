// Going from place to place by key.

import { provideCommands } from "../../state/commands";
import type { Layout } from "../../state/layout";
import type { View, Zone } from "../../state/view";

const ORDER: readonly Zone[] = ["library", "viewer", "shot", "timeline"];
const FOCUSABLE = 'button:not(:disabled), input:not(:disabled), textarea:not(:disabled), [tabindex="0"]';

/** Provides the commands that go to the next place and the one before; folded ones are left out. */
export function provideZones(view: View, layout: Layout): void {
  const isShown = (zone: Zone) => zone === "viewer" || !layout.isFolded(zone);
  const go = (by: 1 | -1) => {
    const shown = ORDER.filter(isShown);
    const zone = shown[(shown.indexOf(view.zone()) + by + shown.length) % shown.length] ?? "viewer";
    const place = document.querySelector(`[data-zone="${zone}"]`);
    const target = place?.querySelector<HTMLElement>('[tabindex="0"], .segmented [aria-checked="true"]') ?? place?.querySelector<HTMLElement>(FOCUSABLE);
    target?.focus();
    view.setZone(zone);
  };
  provideCommands([
    { id: "app.next_zone", title: "command.app.next_zone", run: () => go(1) },
    { id: "app.previous_zone", title: "command.app.previous_zone", run: () => go(-1) },
  ]);
}
