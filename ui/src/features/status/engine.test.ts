import { expect, test } from "vitest";
import { shortDevice } from "./engine";

test("devices are named as people name them", () => {
  expect(shortDevice("NVIDIA GeForce RTX 4090")).toBe("RTX 4090");
  expect(shortDevice("NVIDIA H100 80GB HBM3")).toBe("H100 80GB HBM3");
  expect(shortDevice("Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz")).toBe("Intel Xeon Platinum 8481C");
  expect(shortDevice("AMD Ryzen 9 7950X 16-Core Processor")).toBe("AMD Ryzen 9 7950X");
});
