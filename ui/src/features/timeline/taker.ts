// The one who takes pictures out of clips, shared by all films of a timeline.

import { createContext, onCleanup, useContext } from "solid-js";
import { dragging } from "../../lib/drag";
import type { View } from "../../state/view";
import { FrameTaker } from "./frames";

const TakerContext = createContext<FrameTaker>();
export const TakerProvider = TakerContext.Provider;

/** The one who takes pictures, for films. */
export const useFrameTaker = (): FrameTaker | undefined => useContext(TakerContext);

/** Takes pictures for as long as the calling component lives. */
export function createTaker(view: View): FrameTaker {
  const taker = new FrameTaker(() => view.speed() === 0 && !dragging());
  onCleanup(() => taker.close());
  return taker;
}
