import { expect, test } from "vitest";
import { newId } from "./id";

test("ids are UUIDs of version 7 in the order of their time", () => {
  const first = newId(1_790_000_000_000);
  expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(Number.parseInt(first.replaceAll("-", "").slice(0, 12), 16)).toBe(1_790_000_000_000);
  expect(first < newId(1_790_000_000_001)).toBe(true);
  expect(newId()).not.toBe(newId());
});
