// Keys that work in the shot's text fields too, where single keys rest.

const IS_MAC = navigator.platform.startsWith("Mac");

/** How the key for Generate is written. */
export const GENERATE_KEY = IS_MAC ? "⌘ ↵" : "Ctrl ↵";

/** Whether a press means Generate. */
export function isGenerateKey(event: KeyboardEvent): boolean {
  return event.key === "Enter" && (IS_MAC ? event.metaKey : event.ctrlKey) && !event.isComposing && event.keyCode !== 229;
}

/** Whether the input method has this press. */
export const isComposing = (event: KeyboardEvent): boolean => event.isComposing || event.keyCode === 229;
