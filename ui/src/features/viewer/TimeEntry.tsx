// The time under the playhead. It can be typed: a click, a time such as 6:08, Enter.

import { Show, createSignal, untrack, type JSX } from "solid-js";
import { t } from "../../i18n";
import { parseTimecode, timecode } from "../../lib/timecode";
import { isComposing } from "../../lib/keys";
import { provideCommands } from "../../state/commands";
import { usePlayer } from "../../state/player";
import "./TimeEntry.css";

/** The time under the playhead, which can be typed. */
export function TimeEntry(): JSX.Element {
  const player = usePlayer();
  const [isTyping, setTyping] = createSignal(false);
  provideCommands([{ id: "transport.go_to", title: "transport.go_to", run: () => setTyping(true) }]);

  const go = (text: string) => {
    const frame = parseTimecode(text);
    if (frame !== null) player.seek(frame);
    setTyping(false);
  };
  return (
    <Show
      when={isTyping()}
      fallback={
        <button
          type="button"
          class="time-entry"
          aria-label={`${t("transport.go_to")}: ${timecode(player.frame())}`}
          data-tip={t("transport.go_to")}
          data-testid="timecode"
          onClick={() => setTyping(true)}
        >
          {timecode(player.frame())}
        </button>
      }
    >
      <input
        class="time-entry"
        aria-label={t("transport.go_to")}
        inputMode="numeric"
        // As it stood when it was clicked, also while it plays.
        value={untrack(() => timecode(player.frame()))}
        ref={(input) => queueMicrotask(() => (input.focus(), input.select()))}
        onKeyDown={(event) => {
          if (isComposing(event)) return;
          event.stopPropagation();
          if (event.key === "Enter") go(event.currentTarget.value);
          else if (event.key === "Escape") setTyping(false);
        }}
        onBlur={() => setTyping(false)}
      />
    </Show>
  );
}
