import { expect, test } from "vitest";
import { read } from "./preview";

function bytes(numbers: number[], rest: Uint8Array): ArrayBuffer {
  const all = new Uint8Array(28 + rest.length);
  numbers.forEach((number, at) => new DataView(all.buffer).setUint32(at * 4, number, true));
  all.set(rest, 28);
  return all.buffer;
}

test("a picture is read", () => {
  const picture = read(bytes([1, 7, 3, 103, 2, 1, 3], Uint8Array.of(1, 2, 3, 255, 4, 5, 6, 255)));
  expect(picture).toMatchObject({ turn: 7, place: 3, frame: 103, width: 2, height: 1, isExact: true, isTorn: true });
  expect("pixels" in picture && picture.pixels).toEqual({ rgba: Uint8ClampedArray.of(1, 2, 3, 255, 4, 5, 6, 255) });
  const planes = read(bytes([3, 7, 3, 103, 2, 2, 3], Uint8Array.of(1, 2, 3, 4, 5, 6)));
  expect("pixels" in planes && planes.pixels).toEqual({ planes: Uint8Array.of(1, 2, 3, 4, 5, 6) });
});

test("a sound is read", () => {
  const samples = new Uint8Array(Float32Array.of(0.5, -0.5, 1, -1).buffer);
  const sound = read(bytes([2, 7, 4, 7680, 2, 0, 0], samples));
  expect(sound).toMatchObject({ turn: 7, place: 4, sample: 7680 });
  expect("left" in sound && [[...sound.left], [...sound.right]]).toEqual([[0.5, -0.5], [1, -1]]);
});
