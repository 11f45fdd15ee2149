// The timeline as it is exported: pictures and sound of the core's render graph, over a socket of their own beside the clips.
//
// Asked in JSON, answered in bytes that begin with seven numbers of 32 bits; `core/src/preview` writes them down.

import { CallError, type CaptionUse, type Detail, type ExportLabel, type Tongues } from "./index";

/** What is looked at. */
export type PreviewOf = "timeline" | { take: string } | { export: PreviewEdition };

/** An export as far as it is seen. */
export interface PreviewEdition {
  /** The preset. */
  readonly preset: string;
  /** The languages of its captions; the core's choice where nothing is said. */
  readonly tongues?: Tongues;
  readonly captions: CaptionUse;
  readonly label: ExportLabel;
}

/** A picture of what is looked at. */
export interface PreviewPicture {
  readonly turn: number;
  /** Frames since `play`. */
  readonly place: number;
  /** Its frame in the programme. */
  readonly frame: number;
  readonly width: number;
  readonly height: number;
  /** Whether it is the frame that was asked for, not one from near it. */
  readonly isExact: boolean;
  /** Whether something of it is missing: a trouble says what. */
  readonly isTorn: boolean;
  /** Red, green, blue and 255 of each pixel; or luma and both chromas as planes. */
  readonly pixels: { readonly rgba: Uint8ClampedArray<ArrayBuffer> } | { readonly planes: Uint8Array<ArrayBuffer> };
}

/** A portion of sound, at 48 kHz. */
export interface PreviewSound {
  readonly turn: number;
  /** Frames since `play`. */
  readonly place: number;
  /** Its first sample in the programme. */
  readonly sample: number;
  readonly left: Float32Array<ArrayBuffer>;
  readonly right: Float32Array<ArrayBuffer>;
}

/** Why something cannot be seen or heard. */
export interface PreviewTrouble {
  readonly turn: number;
  readonly of: "picture" | "sound" | "words" | "ask";
  readonly problem: CallError;
}

/** What a page asks for. */
export type PreviewAsk =
  | { show: { turn: number; of: PreviewOf; frame: number; size: readonly [number, number] } }
  | {
      play: {
        turn: number;
        of: PreviewOf;
        from: number;
        to: number;
        again: number | null;
        size: readonly [number, number];
      };
    }
  | { more: { shown: number; clock: number } }
  | { form: "rgba" | "planes" }
  | { size: readonly [number, number] }
  | { stop: Record<string, never> };

/** Who is told what comes. */
export interface PreviewHearer {
  picture(picture: PreviewPicture): void;
  sound(sound: PreviewSound): void;
  trouble(trouble: PreviewTrouble): void;
  /** The connection is there, for the first time or again: nothing that was asked before counts. */
  opened(): void;
  lost(): void;
}

/** A connection that is kept up until it is closed. */
export interface PreviewLink {
  /** Asks; where there is no connection, nothing happens. */
  ask(ask: PreviewAsk): void;
  close(): void;
}

const HEADER_BYTES = 28;
const RETRY_MS = [250, 500, 1000, 2000];

/** Connects to the preview at `address`, which begins with `http`. */
export function connectPreview(address: string, hearer: PreviewHearer): PreviewLink {
  let socket: WebSocket | null = null;
  let tries = 0;
  let again: ReturnType<typeof setTimeout> | undefined;

  function open() {
    const opening = new WebSocket(address.replace(/^http/, "ws"));
    opening.binaryType = "arraybuffer";
    opening.onopen = () => {
      tries = 0;
      hearer.opened();
    };
    opening.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (socket === opening) hear(data, hearer);
    };
    opening.onclose = () => {
      if (socket !== opening) return;
      hearer.lost();
      again = setTimeout(open, RETRY_MS[Math.min(tries++, RETRY_MS.length - 1)]);
    };
    socket = opening;
  }

  open();
  return {
    ask(ask) {
      if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(ask));
    },
    close() {
      clearTimeout(again);
      const closing = socket;
      socket = null;
      closing?.close();
    },
  };
}

function hear(data: unknown, hearer: PreviewHearer) {
  if (typeof data === "string") {
    const { trouble } = JSON.parse(data) as {
      trouble: { turn: number; of: PreviewTrouble["of"]; code: string; message: string; detail: Detail | null };
    };
    const problem = new CallError(trouble.code, trouble.message, trouble.detail ?? undefined);
    hearer.trouble({ turn: trouble.turn, of: trouble.of, problem });
  } else if (data instanceof ArrayBuffer && data.byteLength >= HEADER_BYTES) {
    const answer = read(data);
    if ("pixels" in answer) hearer.picture(answer);
    else hearer.sound(answer);
  }
}

/** Reads an answer of bytes. */
export function read(data: ArrayBuffer): PreviewPicture | PreviewSound {
  const head = new DataView(data);
  const number = (at: number) => head.getUint32(at * 4, true);
  const [kind, turn, place, first, length] = [number(0), number(1), number(2), number(3), number(4)];
  if (kind === 2) {
    const samples = (from: number) => new Float32Array(data, HEADER_BYTES + from * 4, length);
    return { turn, place, sample: first, left: samples(0), right: samples(length) };
  }
  const marks = number(6);
  return {
    turn,
    place,
    frame: first,
    width: length,
    height: number(5),
    isExact: (marks & 1) !== 0,
    isTorn: (marks & 2) !== 0,
    pixels: kind === 3 ? { planes: new Uint8Array(data, HEADER_BYTES) } : { rgba: new Uint8ClampedArray(data, HEADER_BYTES) },
  };
}
