// The exports as the core lists them, kept fresh while they are made.

import { createEffect, on, onCleanup, type Accessor } from "solid-js";
import { createStore, reconcile } from "solid-js/store";
import type { Export } from "../../backend";
import type { Studio } from "../../state/studio";

/** The exports. */
export interface Exports {
  readonly all: readonly Export[];
  /** The one that is being made. */
  readonly running: Accessor<Export | undefined>;
}

/** Lists the exports for as long as the calling component lives. */
export function createExports(studio: Studio): Exports {
  const [held, setHeld] = createStore<{ all: Export[] }>({ all: [] });
  // Answers may come in another order than they were asked for: only the last one counts.
  let asked = 0;
  async function refresh() {
    const turn = ++asked;
    const all = await studio.backend.call("export.list", {}).catch(() => undefined);
    if (all !== undefined && turn === asked) setHeld("all", reconcile(all, { key: "id" }));
  }
  const stop = studio.backend.subscribe((event) => {
    if (event.type === "exports" || event.type === "missed") void refresh();
    if (event.type === "export_step") {
      setHeld("all", (one) => one.id === event.export, "items", event.item, { step: event.step, state: "running" });
    }
  });
  onCleanup(stop);
  createEffect(
    on(studio.link, (link) => {
      if (link === "open") void refresh();
    }),
  );
  return {
    get all() {
      return held.all;
    },
    running: () => held.all.find((one) => one.state === "running"),
  };
}

/** How much of an export is done: 0 to 1. */
export function fractionOf(one: Export): number {
  const done = one.items.map((item) => (item.state === "done" ? 1 : (item.step?.fraction ?? 0)));
  return done.reduce((sum, part) => sum + part, 0) / Math.max(1, done.length);
}
