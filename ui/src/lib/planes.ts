// Pictures as they are painted for the export, put on a canvas: planes of luma and chroma, BT.709 in limited range. A browser
// that can show such a video frame is spared the conversion and more than half of the bytes.

/** What a picture's planes hold: the same as in the files that are exported, for a screen. */
const SPACE: VideoColorSpaceInit = { matrix: "bt709", primaries: "bt709", transfer: "iec61966-2-1", fullRange: false };
/** How far a level may be off: other kernels, other roundings. */
const NEAR = 6;
/** Colours that tell BT.709 from BT.601, and limited range from full: Y', Cb and Cr, and what is to be seen. */
const PROBES = [
  { planes: [63, 102, 240], seen: [255, 0, 0] },
  { planes: [173, 42, 26], seen: [0, 255, 0] },
  { planes: [126, 128, 128], seen: [128, 128, 128] },
] as const;
const SIDE = 16;

/** Puts planes on a canvas of their size. */
export function drawPlanes(screen: CanvasRenderingContext2D, planes: Uint8Array<ArrayBuffer>, width: number, height: number): void {
  const frame = new VideoFrame(planes, { format: "I420", codedWidth: width, codedHeight: height, timestamp: 0, colorSpace: SPACE });
  screen.drawImage(frame, 0, 0);
  frame.close();
}

let canShow: boolean | undefined;

/** Whether this browser shows planes in their right colours. It is tried once. */
export function showsPlanes(): boolean {
  canShow ??= isRight();
  return canShow;
}

function isRight(): boolean {
  if (typeof VideoFrame === "undefined") return false;
  try {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = SIDE;
    const screen = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
    return (
      screen !== null &&
      PROBES.every(({ planes: [luma, blue, red], seen }) => {
        const planes = new Uint8Array((SIDE * SIDE * 3) / 2).fill(luma, 0, SIDE * SIDE);
        planes.fill(blue, SIDE * SIDE, (SIDE * SIDE * 5) / 4).fill(red, (SIDE * SIDE * 5) / 4);
        drawPlanes(screen, planes, SIDE, SIDE);
        const { data } = screen.getImageData(SIDE / 2, SIDE / 2, 1, 1);
        return seen.every((level, at) => Math.abs(level - (data[at] ?? 0)) <= NEAR);
      })
    );
  } catch {
    return false;
  }
}
