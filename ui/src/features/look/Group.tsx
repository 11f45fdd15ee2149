// Some settings of a clip under a name, with a way back to none.

import { Show, type JSX } from "solid-js";
import { Button } from "../../components/Button";
import { t } from "../../i18n";

/** Some settings of a clip. The way back is there where something is set. */
export function Group(props: { name: string; note?: string | undefined; isSet: boolean; onReset(): void; children: JSX.Element }): JSX.Element {
  return (
    <section class="look-group" aria-label={props.name}>
      <header>
        <h3>{props.name}</h3>
        <Show when={props.note}>
          <small>{props.note}</small>
        </Show>
        <Show when={props.isSet}>
          <Button kind="quiet" size="small" icon="undo" label={t("look.reset", { group: props.name })} onClick={() => props.onReset()} />
        </Show>
      </header>
      {props.children}
    </section>
  );
}
