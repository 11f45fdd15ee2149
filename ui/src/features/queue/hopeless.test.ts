import { expect, test } from "vitest";
import type { Hopeless, JobView } from "../../backend";
import { lackOf, stranded } from "./hopeless";

const lacking = (engine: string, models: string[], words: string[] = []) => ({ kind: "no_model" as const, engine, models, words });
const broken = (engine: string, why: string) => ({ kind: "no_start" as const, engine, why });
const of = (...obstacles: Hopeless["obstacles"]): Hopeless => ({ model: "pony", obstacles });

test("what is missing is what is nearest to be had", () => {
  expect(lackOf(of())).toEqual({ kind: "engine", models: [], said: [] });
  expect(lackOf(of(broken("a", "no card"), broken("b", "no card")))).toEqual({ kind: "start", models: [], said: ["no card"] });
  const mixed = of(broken("a", "no card"), lacking("b", ["y", "x"], ["one", "left out"]), lacking("c", ["x"]));
  expect(lackOf(mixed)).toEqual({ kind: "model", models: ["x", "y"], said: ["left out"] });
});

test("jobs are told together where they wait for the same", () => {
  const job = (id: string, state: string, hopeless: Hopeless | null) => ({ id, state, hopeless }) as JobView;
  const found = stranded([
    job("1", "waiting", of(lacking("a", []))),
    job("2", "waiting", null),
    job("3", "paused", of(lacking("a", []))),
    job("4", "waiting", of(lacking("a", []))),
    job("5", "waiting", of()),
  ]);
  expect(found.map(({ jobs }) => jobs.map(({ id }) => id))).toEqual([["1", "4"], ["5"]]);
});
