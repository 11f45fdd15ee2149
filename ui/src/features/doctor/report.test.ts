import { expect, test } from "vitest";
import { redacted } from "./report";

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
