import { expect, test } from "vitest";
import { CallError } from "../backend";
import en from "./en.json";
import { speak } from "./index";
import { PROBLEM_CODES, problemText } from "./problem";
import zh from "./zh.json";

const bindings = Object.values(import.meta.glob<string>("../backend/bindings/*.ts", { query: "?raw", import: "default", eager: true })).join("");

/** The words of a generated type that is a choice of them. */
function wordsOf(type: string): string[] {
  const declared = new RegExp(`export type ${type} = ([^;]+);`).exec(bindings)?.[1] ?? "";
  return [...declared.matchAll(/"([a-z_]+)"/g)].map((match) => match[1] ?? "");
}

test("every code of the core has its words in both languages", () => {
  const codes = wordsOf("Code");
  expect(codes.length).toBeGreaterThan(5);
  expect([...PROBLEM_CODES].sort()).toEqual([...codes, "disconnected"].sort());
  for (const code of PROBLEM_CODES) {
    expect(en, code).toHaveProperty([`problem.${code}`]);
    expect(zh, code).toHaveProperty([`problem.${code}`]);
  }
});

test("what the core tells by names and numbers is told in the reader's language", () => {
  globalThis.document ??= { documentElement: {} } as Document;
  const gone = { code: "media_missing", message: "the take of shot 3 is gone", detail: { id: "take_gone", number: 3 } } as const;
  speak("zh");
  expect(problemText(gone)).toBe("镜头 3 的版本丢失或已损坏。请重新生成，或选择其他版本。");
  expect(problemText(new CallError("input", "there are no captions in German", { id: "no_captions", language: "de" }))).toContain("德语");
  expect(problemText(new CallError("input", "something new", { id: "of_a_newer_core" } as never))).toBe("无法执行：Something new");
  speak("en");
  expect(problemText(gone)).toContain("shot 3");
});

test("every way in which a job fails has its advice in both languages", () => {
  const codes = wordsOf("FailureCode");
  expect(codes.length).toBeGreaterThan(3);
  for (const code of codes) {
    expect(en, code).toHaveProperty([`failure.${code}`]);
    expect(zh, code).toHaveProperty([`failure.${code}`]);
  }
});

test("what the core says stands alone in English, and is introduced in Chinese", () => {
  globalThis.document ??= { documentElement: {} } as Document;
  const full = new CallError("disk_full", "there is no room: /home");
  speak("en");
  expect(problemText(full)).toBe("There is no room: /home");
  expect(problemText({ code: "gated", message: "sign in" })).toBe("Sign in");
  expect(problemText(new Error("odd"))).toBe("Odd");
  speak("zh");
  expect(problemText(full)).toBe("磁盘空间不足。There is no room: /home");
  expect(problemText(new CallError("no_such_code", "odd"))).toBe("Odd");
  speak("en");
});
