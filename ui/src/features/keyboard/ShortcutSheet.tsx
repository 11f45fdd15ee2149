// Every command with its keys, to search. The keys are those of the preset that the settings name.

import { For, Show, createMemo, createSignal, type JSX } from "solid-js";
import { Segmented } from "../../components/Segmented";
import { Sheet } from "../../components/Sheet";
import { t, type Key } from "../../i18n";
import { keyNames } from "../../lib/keys";
import { commands } from "../../state/commands";
import { useView } from "../../state/view";
import { mac, preset, strokesOf } from "./keyboard";
import type { PresetName } from "./presets";
import "./ShortcutSheet.css";

/** The parts of the sheet, in their order, by the first part of a command's name. */
const GROUPS = [
  { name: "keyboard.group_transport", of: ["transport"] },
  { name: "keyboard.group_timeline", of: ["timeline"] },
  { name: "keyboard.group_viewer", of: ["viewer"] },
  { name: "keyboard.group_shot", of: ["shot", "queue", "library"] },
  { name: "keyboard.group_app", of: ["project", "view", "app"] },
] as const;

/** Every command with its keys. */
export function ShortcutSheet(props: { choose(preset: PresetName): void }): JSX.Element {
  const view = useView();
  return (
    <Show when={view.sheet() === "shortcuts"}>
      <ShortcutPage choose={props.choose} close={() => view.setSheet(null)} />
    </Show>
  );
}

function ShortcutPage(props: { choose(preset: PresetName): void; close(): void }): JSX.Element {
  const [sought, setSought] = createSignal("");
  const groups = createMemo(() => {
    const words = sought().trim().toLowerCase();
    return GROUPS.map(({ name, of }) => ({
      name,
      rows: Object.values(commands)
        .filter((command) => command !== undefined)
        .filter((command) => (of as readonly string[]).includes(command.id.split(".", 1)[0] ?? ""))
        .filter((command) => strokesOf(command.id).length > 0)
        .map((command) => ({ title: t(command.title), keys: strokesOf(command.id).map((stroke) => keyNames(stroke, mac, t("keyboard.space"))) }))
        .filter(({ title, keys }) => {
          const text = `${title} ${keys.map((one) => one.join("+")).join(" ")}`.toLowerCase();
          return words === "" || text.includes(words);
        }),
    })).filter(({ rows }) => rows.length > 0);
  });

  return (
    <Sheet title={t("keyboard.title")} size="large" onClose={() => props.close()}>
      <div class="shortcuts-head">
        <input
          class="shortcuts-search"
          type="search"
          autofocus
          placeholder={t("keyboard.search")}
          aria-label={t("keyboard.search")}
          value={sought()}
          onInput={(event) => setSought(event.currentTarget.value)}
        />
        <Segmented
          label={t("keyboard.preset")}
          value={preset()}
          choices={(["short_video", "premiere", "resolve", "jianying"] as const).map((name) => ({
            value: name,
            label: t(`keyboard.preset_${name}`),
          }))}
          onPick={(name) => props.choose(name)}
        />
      </div>
      <div class="shortcuts">
        <For each={groups()} fallback={<p class="shortcuts-none">{t("keyboard.nothing")}</p>}>
          {({ name, rows }) => (
            <section class="shortcuts-group">
              <h2>{t(name)}</h2>
              <dl>
                <For each={rows}>
                  {(row) => (
                    <div class="shortcuts-row">
                      <dt>{row.title}</dt>
                      <dd>
                        <For each={row.keys}>
                          {(keys, index) => (
                            <>
                              <Show when={index() > 0}>
                                <span class="shortcuts-or">{t("keyboard.or")}</span>
                              </Show>
                              <span class="shortcuts-keys">
                                <For each={keys}>{(key) => <kbd>{key}</kbd>}</For>
                              </span>
                            </>
                          )}
                        </For>
                      </dd>
                    </div>
                  )}
                </For>
              </dl>
            </section>
          )}
        </For>
        <Show when={sought() === ""}>
          <section class="shortcuts-group">
            <h2>{t("keyboard.group_pointer")}</h2>
            <dl>
              <For each={POINTER}>
                {([title, keys]) => (
                  <div class="shortcuts-row">
                    <dt>{t(title)}</dt>
                    <dd>
                      <span class="shortcuts-keys">
                        <For each={keys()}>{(key) => <kbd>{key}</kbd>}</For>
                      </span>
                    </dd>
                  </div>
                )}
              </For>
            </dl>
          </section>
        </Show>
      </div>
    </Sheet>
  );
}

const MOD = mac ? "⌘" : "Ctrl";
const ALT = mac ? "⌥" : "Alt";

/** What the pointer does together with keys. */
const POINTER: readonly (readonly [Key, () => readonly string[]])[] = [
  ["keyboard.pointer_zoom", () => [MOD, t("keyboard.wheel")]],
  ["keyboard.pointer_roll", () => [MOD, t("keyboard.drag_edge")]],
  ["keyboard.pointer_slip", () => [ALT, t("keyboard.drag_clip")]],
  ["keyboard.pointer_cancel", () => [mac ? "⎋" : "Esc"]],
];
