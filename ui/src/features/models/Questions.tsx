// What everybody asks about these models, answered with the numbers of this machine.

import { Show, createResource, type JSX } from "solid-js";
import type { MachineReport } from "../../backend";
import { Link } from "../../components/Link";
import { t } from "../../i18n";
import { bytes, duration, energy, list, memory, quality } from "../../lib/format";
import { useStudio } from "../../state/studio";
import { LARGE, type ModelCatalog } from "./catalog";
import "./Questions.css";

/** What everybody asks. */
export function Questions(props: { catalog: ModelCatalog; report: MachineReport | null }): JSX.Element {
  const studio = useStudio();
  const [history] = createResource(async () => {
    try {
      return await studio.backend.call("jobs.history", { limit: 50 });
    } catch {
      return [];
    }
  });
  // The least that a card needs for each picture size of the large model and of what brings its drafts to full size.
  const needs = () => {
    const family = new Set(
      props.catalog.models.filter((model) => model.id === LARGE || model.needs.includes(LARGE)).map((model) => model.id),
    );
    const sizes = (props.report?.models ?? [])
      .filter((model) => family.has(model.id))
      .flatMap((model) => model.sizes)
      .filter((size) => size.vram_bytes !== null);
    return list([...new Set(sizes.map((size) => `${quality(size.size)} ${memory(size.vram_bytes ?? 0)}`))]);
  };
  const clips = () => history()?.filter((job) => job.state === "done" && job.cost !== null) ?? [];
  const typical = () => {
    const all = clips();
    const middle = all.toSorted((a, b) => (a.cost?.seconds ?? 0) - (b.cost?.seconds ?? 0))[Math.floor(all.length / 2)];
    return middle?.cost ?? null;
  };
  const page = () => props.catalog.models.find((model) => model.id === LARGE)?.page;
  const size = () => props.catalog.large().reduce((sum, part) => sum + part.download_bytes, 0);

  return (
    <section class="questions" aria-label={t("ask.title")}>
      <h2>{t("ask.title")}</h2>
      <div class="questions-grid">
        <div>
          <h3>{t("ask.happyhorse")}</h3>
          <p>{t("ask.happyhorse_answer")}</p>
        </div>
        <div>
          <h3>{t("ask.where")}</h3>
          <p>
            {t("ask.where_answer", { size: bytes(size()) })} <Show when={page()}>{(address) => <Link href={address()} />}</Show>
          </p>
          <p class="questions-path">{studio.status()?.places.models}</p>
        </div>
        <div>
          <h3>{t("ask.licence")}</h3>
          <p>{t("ask.licence_answer")}</p>
        </div>
        <div>
          <h3>{t("ask.vram")}</h3>
          <p>
            {t("ask.vram_answer")} <Show when={needs()}>{(sizes) => <>{t("ask.vram_here", { list: sizes() })}</>}</Show>
          </p>
        </div>
        <div>
          <h3>{t("ask.cost")}</h3>
          <p>
            <Show when={typical()} fallback={t("ask.cost_unknown")}>
              {(cost) => (
                <>
                  {t("ask.cost_answer", {
                    count: clips().length,
                    time: duration(cost().seconds),
                    energy: cost().energy_wh === null ? "–" : energy(cost().energy_wh ?? 0),
                  })}
                </>
              )}
            </Show>
          </p>
        </div>
        <div>
          <h3>{t("ask.private")}</h3>
          <p>{t("ask.private_answer")}</p>
        </div>
      </div>
    </section>
  );
}
