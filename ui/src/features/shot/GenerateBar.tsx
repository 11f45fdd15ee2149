// What it will cost, and the button.

import { Show, createSignal, type JSX } from "solid-js";
import type { ProjectView, ShotCheck } from "../../backend";
import { Button } from "../../components/Button";
import { openMenu } from "../../components/Menu";
import { Icon } from "../../components/Icon";
import { t } from "../../i18n";
import { problemText } from "../../i18n/problem";
import { bytesOf, duration, energy, memory, quality } from "../../lib/format";
import { useStudio } from "../../state/studio";
import { useView } from "../../state/view";
import { GENERATE_KEY } from "./keys";
import { draftCount, goal, setDraftCount, setGoal } from "./order";
import "./GenerateBar.css";

const MOST_DRAFTS = 16;

/** What it will cost, and the button. */
export function GenerateBar(props: {
  shots: readonly string[];
  check: ShotCheck | null;
  project: ProjectView;
  /** Waits until the core has every word; false where it could not take them. */
  before?(): Promise<boolean>;
  provide(run: () => Promise<void>): void;
}): JSX.Element {
  const studio = useStudio();
  const view = useView();
  const [isBusy, setBusy] = createSignal(false);
  const clips = () => props.shots.length * draftCount();
  const estimate = () => props.check?.estimate ?? null;
  const problem = () => props.check?.problem ?? null;
  // A clip would wait for ever; but an engine that was not asked yet may have it, so it can be generated all the same.
  const isModelUnknown = () =>
    studio.status()?.models.every((model) => model.name !== props.project.model) ?? false;

  async function generate() {
    if (isBusy() || props.shots.length === 0) return;
    setBusy(true);
    try {
      if ((await props.before?.()) === false) return;
      await studio.act("jobs.add", { shots: [...props.shots], drafts: draftCount(), goal: goal() });
    } finally {
      setBusy(false);
    }
  }
  props.provide(generate);

  const what = () => {
    const size = estimate()?.size;
    return [
      goal() === "final" ? t("make.finished", { count: draftCount() }) : t("make.drafts", { count: draftCount() }),
      size ? quality(size) : null,
    ].filter((part) => part !== null);
  };
  const cost = () => {
    const known = estimate();
    if (!known) return null;
    const parts: string[] = [];
    if (known.seconds !== null) parts.push(`≈ ${duration(known.seconds * clips())}`);
    if (known.peak_bytes !== null) {
      parts.push(known.budget_bytes === null ? memory(known.peak_bytes) : bytesOf(known.peak_bytes, known.budget_bytes));
    }
    if (known.energy_wh !== null) parts.push(energy(known.energy_wh * clips()));
    return parts;
  };

  function pickWhat(at: Element) {
    openMenu(
      at,
      [
        {
          label: t("make.draft"),
          detail: t("make.draft_why"),
          checked: goal() === "draft",
          run: () => setGoal("draft"),
        },
        {
          label: t("make.final"),
          detail: t("make.final_why"),
          checked: goal() === "final",
          run: () => setGoal("final"),
        },
      ],
      t("make.how_far"),
    );
  }

  return (
    <div class="make">
      <div class="make-cost">
        <button type="button" class="make-goal" aria-haspopup="menu" onClick={(event) => pickWhat(event.currentTarget)}>
          {what().join(" · ")}
          <Icon name="down" size={10} />
        </button>
        <span class="make-price" aria-live="polite">
          <Show when={cost()}>
            {(parts) => (
              <Show when={estimate()?.seconds !== null} fallback={<UnknownPrice parts={parts()} />}>
                <span data-tip={estimate()?.basis === "probe" ? t("make.from_probe") : t("make.from_clips")}>
                  {parts().join(" · ")}
                </span>
              </Show>
            )}
          </Show>
        </span>
      </div>
      <Show when={problem()}>{(why) => <p class="make-problem">{problemText({ code: "input", message: why() })}</p>}</Show>
      <Show when={isModelUnknown()}>
        <p class="make-problem">
          {t("make.model_unknown", { model: props.project.model })}{" "}
          <button type="button" class="make-link" onClick={() => view.setSheet("models")}>
            {t("make.to_models")}
          </button>
        </p>
      </Show>
      <div class="make-row">
        <span class="stepper" role="group" aria-label={t("make.count")}>
          <button
            type="button"
            aria-label={t("make.fewer")}
            disabled={draftCount() <= 1}
            onClick={() => setDraftCount(draftCount() - 1)}
          >
            −
          </button>
          <span aria-live="polite">{draftCount()}</span>
          <button
            type="button"
            aria-label={t("make.more")}
            disabled={draftCount() >= MOST_DRAFTS}
            onClick={() => setDraftCount(draftCount() + 1)}
          >
            +
          </button>
        </span>
        <Button kind="primary" size="large" disabled={isBusy() || props.shots.length === 0} onClick={() => void generate()}>
          {props.shots.length > 1 ? t("make.generate_shots", { count: props.shots.length }) : t("make.generate")}
          <span class="make-key">{GENERATE_KEY}</span>
        </Button>
      </div>
    </div>
  );
}

/** Nothing was made yet that would tell how long it takes. */
function UnknownPrice(props: { parts: readonly string[] }): JSX.Element {
  return <span data-tip={t("make.unknown_why")}>{[t("make.unknown"), ...props.parts].join(" · ")}</span>;
}
