// How the places of the screen are laid out. Remembered as plain numbers in the settings.

import { createContext, createSignal, useContext, type Accessor } from "solid-js";
import type { Studio } from "./studio";

/** A place whose size can be changed. */
export type Place = "library" | "shot" | "timeline";

/** The least and usual size of a place, in pixels. */
export const SIZES: Record<Place, { min: number; usual: number }> = {
  library: { min: 236, usual: 268 },
  shot: { min: 300, usual: 352 },
  timeline: { min: 150, usual: 282 },
};

/** Space that the viewer keeps. */
export const VIEWER_MIN = { width: 320, height: 240 };

const SAVE_AFTER_MS = 500;

/** Sizes of the places, and other numbers about the look that are remembered. */
export interface Layout {
  size(place: Place): number;
  resize(place: Place, to: number): void;
  isFolded(place: Place): boolean;
  fold(place: Place, folded: boolean): void;
  /** A number by its name, as the volume. */
  number(name: string, usual: number): number;
  setNumber(name: string, to: number): void;
}

const LayoutContext = createContext<Layout>();
export const LayoutProvider = LayoutContext.Provider;

/** The layout, for components. */
export function useLayout(): Layout {
  const layout = useContext(LayoutContext);
  if (!layout) throw new Error("no layout around this component");
  return layout;
}

/** The layout, as the settings have it. */
export function createLayout(studio: Pick<Studio, "settings" | "setSettings">): Layout {
  // What was changed but not yet saved: a drag changes it many times a second.
  const [fresh, setFresh] = createSignal<Readonly<Record<string, number>>>({});
  const numbers: Accessor<Readonly<Record<string, number>>> = () => ({ ...studio.settings().layout, ...fresh() });
  let timer: ReturnType<typeof setTimeout> | undefined;

  const set = (name: string, to: number) => {
    if (numbers()[name] === to) return;
    setFresh((all) => ({ ...all, [name]: to }));
    clearTimeout(timer);
    timer = setTimeout(() => void studio.setSettings({ layout: { ...numbers() } }), SAVE_AFTER_MS);
  };
  // A large window gives its places more, up to half as much again.
  const usual = (place: Place) => {
    const room = place === "timeline" ? window.innerHeight / 900 : window.innerWidth / 1440;
    return Math.round(SIZES[place].usual * Math.min(1.5, Math.max(1, 1 + (room - 1) * 0.45)));
  };

  return {
    size: (place) => numbers()[place] ?? usual(place),
    resize: (place, to) => set(place, to),
    isFolded: (place) => numbers()[`${place}_folded`] === 1,
    fold: (place, folded) => set(`${place}_folded`, folded ? 1 : 0),
    number: (name, otherwise) => numbers()[name] ?? otherwise,
    setNumber: set,
  };
}
