// Messages at the edge of the window. They are read out; errors stay until they are dismissed.

import { For, type JSX } from "solid-js";
import { Portal } from "solid-js/web";
import { Button } from "../../components/Button";
import { Icon } from "../../components/Icon";
import { t } from "../../i18n";
import { useStudio } from "../../state/studio";
import "./Notices.css";

/** Messages at the edge of the window. */
export function Notices(): JSX.Element {
  const studio = useStudio();
  return (
    // Beside the sheets and not below them: what goes wrong in one is told over it.
    <Portal>
      <div class="notices" role="log" aria-live="polite" aria-label={t("notices.title")}>
        <For each={studio.notices}>
          {(notice) => (
            <div class={`notice notice-${notice.tone}`} role={notice.tone === "error" ? "alert" : "status"} data-testid="notice">
              <Icon name={notice.tone === "error" ? "alert" : "check"} />
              <p>{notice.text}</p>
              <Button kind="quiet" size="small" icon="close" label={t("notices.dismiss")} onClick={() => studio.dismiss(notice.id)} />
            </div>
          )}
        </For>
      </div>
    </Portal>
  );
}
