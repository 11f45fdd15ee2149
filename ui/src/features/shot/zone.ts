// The shot panel takes pictures and sounds: dropped from outside, carried from the library, or chosen in a dialog.

import { createSignal, type Accessor } from "solid-js";
import type { MediaItem } from "../../backend";
import { acceptCarried } from "../../lib/drag";
import { referenceTo } from "../../lib/media";
import type { Studio } from "../../state/studio";
import { acceptFiles } from "../library/drop";

/** A place where a shot takes its references. */
export interface DropZone {
  element(element: HTMLElement): void;
  readonly isTarget: Accessor<boolean>;
  pickPicture(): Promise<void>;
  pickVoice(): Promise<void>;
}

/** Makes a place where the shot `id` takes its references. */
export function createDropZone(studio: Studio, id: Accessor<string>): DropZone {
  const [isTarget, setTarget] = createSignal(false);

  async function use(media: readonly MediaItem[]) {
    const image = media.find((file) => file.kind === "picture");
    const voice = media.find((file) => file.kind === "sound");
    if (!image && !voice) return;
    await studio.act("shot.edit", {
      id: id(),
      ...(image && { image: referenceTo(image) }),
      ...(voice && { voice: referenceTo(voice) }),
    });
  }
  async function pick(kinds: "pictures" | "sounds") {
    const paths = await studio.backend.pickFiles(kinds);
    if (!paths?.length) return;
    await use((await studio.act("media.import", { paths: paths.slice(0, 1) })) ?? []);
  }
  const known = (sha256: string) => studio.project()?.media.filter((media) => media.sha256 === sha256) ?? [];

  return {
    isTarget,
    element(element) {
      acceptFiles(element, {
        over: () => setTarget(true),
        leave: () => setTarget(false),
        take: (media) => void use(media),
      });
      acceptCarried(element, {
        accepts: (carried) => carried.kind === "picture" || carried.kind === "sound",
        over: () => setTarget(true),
        leave: () => setTarget(false),
        drop(carried) {
          setTarget(false);
          if (carried.kind === "picture" || carried.kind === "sound") void use(known(carried.sha256));
        },
      });
    },
    pickPicture: () => pick("pictures"),
    pickVoice: () => pick("sounds"),
  };
}
