// Files that are dropped on the window, the one place for it. In the app the window tells their real paths; a browser
// hands over their content, which is uploaded first. Either way: pictures, films and sounds go into the project, a clip
// that Gallop made brings its shot back, and a place that takes files (the shot panel, the main track) gets them.

import { createSignal, onCleanup, onMount } from "solid-js";
import type { MediaItem } from "../../backend";
import { t } from "../../i18n";
import { problemText } from "../../i18n/problem";
import { openNew } from "../../state/open";
import type { Studio } from "../../state/studio";
import type { View } from "../../state/view";

/** A place that takes dropped files itself. */
export interface FilePlace {
  /** Files are over it, at this point of the window. Told again where they move. */
  over(point: FilePoint): void;
  /** They left, or were dropped. */
  leave(): void;
  /** They are in the project now; they were dropped at this point. */
  take(media: MediaItem[], point: FilePoint): void;
}

/** A point of the window, in pixels. */
export interface FilePoint {
  readonly x: number;
  readonly y: number;
}

const places = new Map<Element, FilePlace>();
const [isOver, setOver] = createSignal(false);

/** Whether files are over the window now. */
export { isOver as filesOver };

/** Makes `element` take dropped files, for as long as the calling component lives. */
export function acceptFiles(element: Element, place: FilePlace): void {
  places.set(element, place);
  onCleanup(() => places.delete(element));
}

function placeAt(x: number, y: number): FilePlace | null {
  for (let under = document.elementFromPoint(x, y); under; under = under.parentElement) {
    const place = places.get(under);
    if (place) return place;
  }
  return null;
}

/** Takes files into the open project and tells what they are; a clip of Gallop becomes a shot. */
export async function takeFiles(studio: Studio, view: View, paths: readonly string[]): Promise<MediaItem[]> {
  if (paths.length === 0) return [];
  if (!studio.project()) {
    studio.notify("info", t("drop.no_project"));
    return [];
  }
  const rest: string[] = [];
  let brought = 0;
  for (const path of paths) {
    if (!/\.(mp4|mov|m4v)$/i.test(path)) {
      rest.push(path);
      continue;
    }
    try {
      const shot = await studio.backend.call("media.shot_of_clip", { path });
      openNew(view, shot);
      brought += 1;
    } catch {
      // No clip of ours, but a film.
      rest.push(path);
    }
  }
  if (brought > 0) studio.notify("info", t("drop.brought", { count: brought }));
  if (rest.length === 0) return [];
  return (await studio.act("media.import", { paths: rest })) ?? [];
}

/** Hears drops on the window, for as long as the calling component lives. */
export function hearDrops(studio: Studio, view: View): void {
  let over: FilePlace | null = null;
  const hover = (place: FilePlace | null, point: FilePoint) => {
    if (place !== over) over?.leave();
    over = place;
    place?.over(point);
  };
  const end = () => {
    over?.leave();
    over = null;
    setOver(false);
  };
  async function drop(place: FilePlace | null, paths: readonly string[], point: FilePoint) {
    const media = await takeFiles(studio, view, paths);
    if (media.length === 0) return;
    if (place) place.take(media, point);
    else studio.notify("info", t("drop.imported", { count: media.length }));
  }

  onMount(() => {
    const stops = studio.backend.kind === "app" ? hearApp() : hearPage();
    onCleanup(() => void stops.then((stop) => stop()));
  });

  async function hearApp(): Promise<() => void> {
    const { getCurrentWebview } = await import("@tauri-apps/api/webview");
    return getCurrentWebview().onDragDropEvent(({ payload }) => {
      if (payload.type === "leave") return end();
      // The window counts in the screen's own pixels.
      const x = payload.position.x / window.devicePixelRatio;
      const y = payload.position.y / window.devicePixelRatio;
      const place = placeAt(x, y);
      if (payload.type === "drop") {
        end();
        return void drop(place, payload.paths, { x, y });
      }
      setOver(true);
      hover(place, { x, y });
    });
  }

  function hearPage(): Promise<() => void> {
    const heard = new AbortController();
    const options = { signal: heard.signal };
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    window.addEventListener(
      "dragover",
      (event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        setOver(true);
        hover(placeAt(event.clientX, event.clientY), { x: event.clientX, y: event.clientY });
      },
      options,
    );
    window.addEventListener("dragleave", (event) => event.relatedTarget === null && end(), options);
    window.addEventListener(
      "drop",
      (event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        const place = placeAt(event.clientX, event.clientY);
        const point = { x: event.clientX, y: event.clientY };
        const files = [...(event.dataTransfer?.files ?? [])];
        end();
        void studio.backend.pathsOf(files).then(
          (paths) => drop(place, paths, point),
          (error: unknown) => studio.notify("error", problemText(error)),
        );
      },
      options,
    );
    return Promise.resolve(() => heard.abort());
  }
}
