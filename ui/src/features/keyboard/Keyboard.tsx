// The keyboard of the window: listens to the keys, and shows the shortcut sheet.

import { createEffect, type JSX } from "solid-js";
import { provideCommands } from "../../state/commands";
import { useStudio } from "../../state/studio";
import { useView } from "../../state/view";
import { listenToKeys, setPreset } from "./keyboard";
import { presetNamed } from "./presets";
import { ShortcutSheet } from "./ShortcutSheet";

/** The keyboard of the window. Stands once in it. */
export function Keyboard(): JSX.Element {
  const studio = useStudio();
  const view = useView();
  createEffect(() => setPreset(presetNamed(studio.settings().shortcuts)));
  listenToKeys(view);
  provideCommands([
    {
      id: "app.shortcuts",
      title: "command.app.shortcuts",
      run: () => view.setSheet((now) => (now === "shortcuts" ? null : "shortcuts")),
    },
  ]);
  return <ShortcutSheet choose={(preset) => void studio.setSettings({ shortcuts: preset })} />;
}
