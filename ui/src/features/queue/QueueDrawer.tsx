// The queue: what runs, what waits, what was made, and the drafts of all shots side by side.

import { Match, Show, Switch, createSignal, type JSX } from "solid-js";
import { Button } from "../../components/Button";
import { isMenuOpen } from "../../components/Menu";
import { Segmented } from "../../components/Segmented";
import { t } from "../../i18n";
import { isComposing } from "../../lib/keys";
import { provideCommands } from "../../state/commands";
import { useView } from "../../state/view";
import { ContactSheet } from "./ContactSheet";
import { History } from "./History";
import { QueueList } from "./QueueList";
import "./QueueDrawer.css";

type Tab = "queue" | "drafts" | "history";

/** The queue's drawer at the right edge. */
export function QueueDrawer(): JSX.Element {
  const view = useView();
  const [tab, setTab] = createSignal<Tab>("queue");
  let box: HTMLElement | undefined;
  provideCommands([
    {
      id: "queue.drafts",
      title: "queue.drafts",
      run() {
        setTab("drafts");
        view.setQueueOpen(true);
      },
    },
  ]);

  function onKeyDown(event: KeyboardEvent) {
    if (event.key !== "Escape" || isComposing(event) || isMenuOpen()) return;
    event.stopPropagation();
    view.setQueueOpen(false);
  }

  return (
    <Show when={view.queueOpen()}>
      <aside
        class="queue-drawer"
        classList={{ "queue-drawer-wide": tab() === "drafts" }}
        aria-label={t("queue.title")}
        tabIndex={-1}
        ref={(element) => {
          box = element;
          queueMicrotask(() => box?.focus({ preventScroll: true }));
        }}
        on:keydown={onKeyDown}
      >
        <header class="queue-head">
          <Segmented
            look="tabs"
            label={t("queue.title")}
            value={tab()}
            choices={[
              { value: "queue", label: t("queue.title") },
              { value: "drafts", label: t("queue.drafts") },
              { value: "history", label: t("queue.history") },
            ]}
            onPick={setTab}
          />
          <Button kind="quiet" size="small" icon="close" label={t("sheet.close")} onClick={() => view.setQueueOpen(false)} />
        </header>
        <Switch>
          <Match when={tab() === "queue"}>
            <QueueList />
          </Match>
          <Match when={tab() === "drafts"}>
            <ContactSheet />
          </Match>
          <Match when={tab() === "history"}>
            <History />
          </Match>
        </Switch>
      </aside>
    </Show>
  );
}
