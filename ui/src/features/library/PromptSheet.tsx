// The prompt that a take was made of, as the model got it.

import { Show, type JSX } from "solid-js";
import { Button } from "../../components/Button";
import { Sheet } from "../../components/Sheet";
import { t } from "../../i18n";
import { duration, energy, memory } from "../../lib/format";
import { useStudio } from "../../state/studio";
import { prompted, setPrompted } from "./takes";
import "./PromptSheet.css";

/** The prompt that a take was made of. */
export function PromptSheet(): JSX.Element {
  const studio = useStudio();
  return (
    <Show when={prompted()}>
      {(take) => (
        <Sheet
          title={t("take.prompt_title")}
          size="medium"
          onClose={() => setPrompted(null)}
          foot={
            <footer class="sheet-foot">
              <small class="prompt-facts">
                {[
                  take().model,
                  take().seed === null ? null : t("take.seed", { seed: take().seed ?? 0 }),
                  take().size?.join(" × "),
                  duration(take().cost.seconds),
                  take().cost.peak_device_bytes === null ? null : memory(take().cost.peak_device_bytes ?? 0),
                  take().cost.energy_wh === null ? null : energy(take().cost.energy_wh ?? 0),
                ]
                  .filter((part) => part !== null && part !== undefined)
                  .join(" · ")}
              </small>
              <Button
                icon="copy"
                onClick={() =>
                  void navigator.clipboard.writeText(take().prompt ?? "").then(
                    () => studio.notify("info", t("copied")),
                    () => undefined,
                  )
                }
              >
                {t("copy")}
              </Button>
            </footer>
          }
        >
          <pre class="prompt-text">{take().prompt}</pre>
        </Sheet>
      )}
    </Show>
  );
}
