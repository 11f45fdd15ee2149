// The cut for other programs: a folder with OTIO, Final Cut Pro XML and the files that they name.

import { Show, createSignal, type JSX } from "solid-js";
import type { Handed } from "../../backend";
import { Button } from "../../components/Button";
import { t } from "../../i18n";
import { useStudio } from "../../state/studio";
import { FolderField } from "./FolderField";
import { parentOf } from "./order";

/** The cut for other programs. */
export function Handover(): JSX.Element {
  const studio = useStudio();
  const [folder, setFolder] = createSignal(parentOf(studio.project()?.folder ?? ""));
  const [handed, setHanded] = createSignal<Handed | null>(null);
  const [isBusy, setBusy] = createSignal(false);
  async function hand() {
    setBusy(true);
    setHanded((await studio.act("export.handover", { folder: folder() })) ?? null);
    setBusy(false);
  }
  return (
    <Show when={studio.project()}>
      <section class="export-section handed">
        <h2>{t("export.handover")}</h2>
        <p class="export-soft">{t("export.handover_about")}</p>
        <div class="handed-line">
          <FolderField folder={folder()} onChange={setFolder} />
          <Button disabled={isBusy()} onClick={() => void hand()}>
            {t("export.handover_do")}
          </Button>
        </div>
        <Show when={handed()}>
          {(done) => (
            <p role="status">
              {t("export.handed", { count: done().files })} <span class="export-path">{done().folder}</span>
            </p>
          )}
        </Show>
      </section>
    </Show>
  );
}
