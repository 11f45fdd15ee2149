import { expect, test } from "vitest";
import { fitOf, ratioOf } from "./shape";

test("a take that is nearly of the project's shape fills it, another is seen whole", () => {
  expect(fitOf([128, 224], "9:16")).toBe("cover");
  expect(fitOf([448, 256], "16:9")).toBe("cover");
  expect(fitOf([160, 160], "9:16")).toBe("contain");
  expect(fitOf([224, 128], "9:16")).toBe("contain");
  expect(fitOf(null, "9:16")).toBe("contain");
});

test("a shape that cannot be read is a vertical one", () => {
  expect(ratioOf("1:1")).toBe(1);
  expect(ratioOf("x")).toBe(9 / 16);
});
