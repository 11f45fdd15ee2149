// Files of a project as the window sees them.

import type { MediaItem, MediaRef } from "../backend";

/** What shots and the timeline call a file of the library. */
export const referenceTo = ({ sha256, name, bytes }: MediaItem): MediaRef => ({ sha256, name, bytes });

/** Its path on the media server. */
export const mediaPath = (media: Pick<MediaRef, "sha256">): string => `media/${media.sha256}`;

/** The path of the outline of its sound there. */
export const peaksPath = (media: Pick<MediaRef, "sha256">): string => `media/${media.sha256}/peaks.json`;

/** Its name without the ending. */
export const bareName = (name: string): string => name.replace(/\.[^.]+$/, "");
