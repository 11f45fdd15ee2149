// The models as the core lists them, kept fresh while they come, and what several of them make together.

import { createMemo, createSignal, onCleanup, type Accessor } from "solid-js";
import { createStore, reconcile } from "solid-js/store";
import type { ModelView } from "../../backend";
import { has, t } from "../../i18n";
import { problemText } from "../../i18n/problem";
import type { Studio } from "../../state/studio";

/** The released 15 B model: what "the large model" means on the page. */
export const LARGE = "magihuman-distill";

/** The list of models. */
export interface ModelCatalog {
  readonly models: readonly ModelView[];
  readonly isLoaded: Accessor<boolean>;
  /** Why there is no list. */
  readonly problem: Accessor<string | null>;
  refresh(): Promise<void>;
  /** The large model with all that it needs. */
  readonly large: Accessor<ModelView[]>;
}

/** Lists the models for as long as the calling component lives. */
export function createCatalog(studio: Studio): ModelCatalog {
  const [models, setModels] = createStore<ModelView[]>([]);
  const [isLoaded, setLoaded] = createSignal(false);
  const [problem, setProblem] = createSignal<string | null>(null);

  async function refresh() {
    try {
      setModels(reconcile(await studio.backend.call("models.list", {}), { key: "id" }));
      setProblem(null);
      setLoaded(true);
    } catch (error) {
      setProblem(problemText(error));
    }
  }
  const stop = studio.backend.subscribe((event) => {
    if (event.type === "missed") void refresh();
    if (event.type !== "models") return;
    const { id, progress } = event;
    if (progress === null || progress.state !== "running") void refresh();
    else setModels((model) => model.id === id, { progress, state: "coming" });
  });
  onCleanup(stop);
  void refresh();

  return { models, isLoaded, problem, refresh, large: createMemo(() => withNeeds(models, LARGE)) };
}

/** A model with all that it needs, itself first. */
export function withNeeds(models: readonly ModelView[], id: string): ModelView[] {
  const found: ModelView[] = [];
  const wanted = [id];
  for (let next = wanted.shift(); next !== undefined; next = wanted.shift()) {
    const model = models.find((one) => one.id === next);
    if (!model || found.includes(model)) continue;
    found.push(model);
    wanted.push(...model.needs);
  }
  return found;
}

/** What a model is for: in the language of the interface where it is one that we know. */
export function summaryOf(model: ModelView): string {
  const key = `model.${model.id}`;
  return has(key) ? t(key) : model.summary;
}

/** What its licence asks for. */
export function licenceOf(model: ModelView): string {
  const name = model.licence.name.toLowerCase().replace(/[^a-z0-9]+/g, "_");
  const key = `licence.${name}`;
  return has(key) ? t(key) : model.licence.summary;
}
