// Whose work this is.

import { For, type JSX } from "solid-js";
import { Link } from "../../components/Link";
import { t } from "../../i18n";

const OWED = [
  { name: "Gallop", licence: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
  { name: "candle", licence: "MIT / Apache-2.0", url: "https://github.com/huggingface/candle" },
  { name: "FFmpeg", licence: "LGPL-2.1 / GPL-2.0", url: "https://ffmpeg.org/legal.html" },
  { name: "Tauri", licence: "MIT / Apache-2.0", url: "https://tauri.app" },
  { name: "SolidJS", licence: "MIT", url: "https://www.solidjs.com" },
  { name: "Inter", licence: "SIL OFL 1.1", url: "https://rsms.me/inter/" },
];

/** Whose work this is. */
export function Licences(): JSX.Element {
  return (
    <>
      <ul class="settings-list">
        <For each={OWED}>
          {(owed) => (
            <li>
              <div class="settings-words">
                <Link href={owed.url}>{owed.name}</Link>
              </div>
              <span class="settings-aside">{owed.licence}</span>
            </li>
          )}
        </For>
      </ul>
      <p class="settings-hint">{t("settings.licences_hint")}</p>
    </>
  );
}
