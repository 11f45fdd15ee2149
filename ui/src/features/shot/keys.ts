// The key that works in the shot's text fields too, where single keys rest.

import { isComposing, isMac } from "../../lib/keys";

const IS_MAC = isMac();

/** How the key for Generate is written. */
export const GENERATE_KEY = IS_MAC ? "⌘ ↵" : "Ctrl ↵";

/** Whether a press means Generate. */
export function isGenerateKey(event: KeyboardEvent): boolean {
  return event.key === "Enter" && (IS_MAC ? event.metaKey : event.ctrlKey) && !isComposing(event);
}
