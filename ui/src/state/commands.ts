// What can be done from the keyboard, a menu or the shortcut sheet. A feature registers its commands; the keyboard
// and the sheet know them only by their names.

import { createStore } from "solid-js/store";
import { onCleanup } from "solid-js";
import type { Key } from "../i18n";

/** Names a command, as in `timeline.split`. The shortcut presets map keys to these. */
export type CommandId = string;

/** Something that can be done. */
export interface Command {
  id: CommandId;
  /** Its name in the interface. */
  title: Key;
  run(): void;
  /** Whether it can be done now; always where left out. */
  enabled?(): boolean;
}

const [commands, setCommands] = createStore<Record<CommandId, Command | undefined>>({});
export { commands };

/** Registers commands for as long as the calling component lives. */
export function provideCommands(provided: readonly Command[]): void {
  for (const command of provided) setCommands(command.id, () => command);
  onCleanup(() => {
    for (const command of provided) setCommands(command.id, undefined);
  });
}

/** Does a command if it is there and can be done now. Tells whether it did. */
export function run(id: CommandId): boolean {
  const command = commands[id];
  if (!command || command.enabled?.() === false) return false;
  command.run();
  return true;
}
