import { expect, test } from "vitest";
import { readReport, redacted } from "./report";

test("a copied report tells nothing about its owner", () => {
  const report = {
    machine: { cards: [{ name: "RTX 4090" }] },
    disk: { folder: "/home/anna/.local/share/gallop/models", free_bytes: 7 },
    places: { projects: ["/home/anna/Divorce.gallop"] },
    engines: [{ name: "gpu1", program: "/home/anna/bin/gallop" }],
    notes: [
      { about: "models", text: "cannot be read: /home/anna/models/x.json" },
      { about: "models", text: "cannot be read: C:\\Users\\Anna\\models" },
    ],
  };
  const text = redacted(report);
  expect(text).not.toMatch(/anna|divorce/i);
  expect(text).toContain("~/models/x.json");
  expect(text).toContain("RTX 4090");
});

test("what is no report is not shown, and what an older one lacks is empty", () => {
  expect(readReport(null)).toBeNull();
  expect(readReport({ machine: 3 })).toBeNull();
  const report = readReport({ machine: {}, disk: {} });
  expect(report?.machine.cards).toEqual([]);
  expect(report?.models).toEqual([]);
});
