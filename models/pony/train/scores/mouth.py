"""How far a mouth is open, read from the pixels."""

from __future__ import annotations

import numpy as np

#: A pixel belongs to the mouth when it is darker than this part of the skin around it.
DARK = 0.62
#: The opening is the height of this many of the tallest columns.
COLUMNS = 5
#: The widest bright gap inside a mouth, as a part of the height of its box.
GAP = 0.26


def _tallest(patch: np.ndarray) -> float:
    """Height of the mouth in a patch of brightness [h, w] whose upper quarter lies above the resting mouth."""
    height, width = patch.shape
    skin = np.percentile(patch[: int(0.75 * height)], 70)
    # Half a pixel of darkness counts half: so a mouth of a few pixels is still measured finely.
    share = np.clip((DARK * skin - patch) / (0.22 * skin) + 0.5, 0, 1)[:, int(0.32 * width) : int(0.68 * width) + 1]
    dark = share > 0.35
    first, last = np.full(dark.shape[1], -1), np.full(dark.shape[1], -1)
    for row in range(int(0.08 * height), height):
        # Teeth and tongue leave a gap in the darkness of the mouth; a wider one parts it from chin and collar.
        on = dark[row] & ((first < 0) & (row < 0.5 * height) | (first >= 0) & (row - last <= GAP * height))
        first[on & (first < 0)] = row
        last[on] = row
    columns = np.arange(dark.shape[1])
    tall = np.where(first >= 0, last - first - 1 + share[first, columns] + share[last, columns], 0.0)
    return float(np.sort(tall)[-COLUMNS:].mean())


def openings(frames: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """The opening of the mouth in each frame as a part of the height of its box, 0 where it is closed.

    `frames` is uint8 [f, h, w, 3]; `boxes` [f, 4] as y0, y1, x0, x1, or one box [4] for all frames.
    """
    boxes = np.broadcast_to(boxes, (len(frames), 4))
    height, width = frames.shape[1:3]
    measured = np.zeros(len(frames))
    for i, (frame, (y0, y1, x0, x1)) in enumerate(zip(frames, boxes)):
        a, b = int(np.clip(y0, 0, height - 2)), int(np.clip(np.ceil(y1), 2, height))
        c, d = int(np.clip(x0, 0, width - 2)), int(np.clip(np.ceil(x1), 2, width))
        if b - a < 4 or d - c < 4:
            continue
        measured[i] = _tallest(frame[a:b, c:d].astype(float) @ (0.30, 0.59, 0.11)) / (y1 - y0)
    return measured
