import { expect, test } from "vitest";
import { newId } from "./id";

test("names are of version 7, differ, and sort by time", () => {
  const early = newId(1_000);
  const late = newId(1_800_000_000_000);
  for (const id of [early, late]) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(early < late).toBe(true);
  expect(newId(1_000)).not.toBe(early);
});
