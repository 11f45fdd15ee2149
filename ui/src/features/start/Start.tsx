// What the window shows before the studio is reached, when it cannot be reached, and when it was lost.

import { Show, createSignal, onCleanup, type JSX } from "solid-js";
import { Button } from "../../components/Button";
import { Logo } from "../../components/Logo";
import { Ring } from "../../components/Ring";
import { t } from "../../i18n";
import "./Start.css";

/** A start is quick; only one that is not says so, and one that takes this long says what may be wrong. */
const QUIET_MS = 700;
const LONG_MS = 8000;

/** Before the studio is reached. */
export function Starting(): JSX.Element {
  const [isSlow, setSlow] = createSignal(false);
  const [isLong, setLong] = createSignal(false);
  const timers = [setTimeout(() => setSlow(true), QUIET_MS), setTimeout(() => setLong(true), LONG_MS)];
  onCleanup(() => timers.forEach(clearTimeout));
  return (
    <Show when={isSlow()}>
      <main class="start" role="status">
        <Logo size={56} />
        <p class="start-line">
          <Ring done={null} />
          {isLong() ? t("start.unreachable") : t("start.connecting")}
        </p>
        <Show when={isLong()}>
          <p class="start-why">{t("start.unreachable_about")}</p>
        </Show>
      </main>
    </Show>
  );
}

/** The studio cannot be reached. */
export function StartFailed(props: { why: string; onRetry(): void }): JSX.Element {
  return (
    <main class="start" role="alert">
      <Logo size={56} />
      <h1>{t("start.failed")}</h1>
      <p class="start-why">{props.why}</p>
      <Button kind="primary" onClick={() => props.onRetry()}>
        {t("start.retry")}
      </Button>
    </main>
  );
}

/** The studio was reached and is gone. The screen stays as it was; nothing on it can be changed until it is back. */
export function LinkLost(): JSX.Element {
  return (
    <div class="start-lost" role="alertdialog" aria-label={t("start.lost")}>
      <div class="start-lost-box">
        <Ring done={null} />
        <div>
          <strong>{t("start.lost")}</strong>
          <p>{t("start.lost_about")}</p>
        </div>
      </div>
    </div>
  );
}
