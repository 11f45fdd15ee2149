import { expect, test } from "vitest";
import { shuffled } from "./shuffle";

test("every thing comes once, and every order comes", () => {
  const seen = new Set<string>();
  let seed = 7;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  for (let round = 0; round < 200; round++) {
    const mixed = shuffled(["a", "b", "c"], random);
    expect([...mixed].sort()).toEqual(["a", "b", "c"]);
    seen.add(mixed.join(""));
  }
  expect(seen.size).toBe(6);
});
