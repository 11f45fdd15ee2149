// The character that is being edited.

import { createSignal } from "solid-js";
import type { Character } from "../../backend";

/** A character as it is typed in: without an id until it is saved. */
export type EditedCharacter = Omit<Character, "id"> & { id: string | null };

const [edited, setEdited] = createSignal<EditedCharacter | null>(null);

/** The character whose page is open. */
export { edited };

/** Opens the page of a character, or of a new one. */
export function editCharacter(character: Partial<Character> | null): void {
  setEdited({ id: null, name: "", picture: null, voice: "", prompt: "", ...character });
}

/** Closes the page. */
export const closeCharacter = (): void => void setEdited(null);
