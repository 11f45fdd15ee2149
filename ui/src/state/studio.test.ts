import { expect, test } from "vitest";
import type { AppStatus, Backend, Event, ProjectView } from "../backend";
import { createStudio } from "./studio";

const named = (name: string) => ({ id: "film", name }) as unknown as ProjectView;

/** A core whose answers about the project are given by hand, in whatever order. */
function core() {
  const waiting: ((project: ProjectView) => void)[] = [];
  let hear: (event: Event) => void = () => undefined;
  const answers: Record<string, unknown> = { "app.settings": {}, "app.status": { engines: [] } as unknown as AppStatus, "jobs.list": [] };
  const backend = {
    call: (name: string) => (name === "project.get" ? new Promise((tell) => waiting.push(tell)) : Promise.resolve(answers[name])),
    subscribe: (to: (event: Event) => void) => ((hear = to), () => undefined),
    onLink: () => () => undefined,
  } as unknown as Backend;
  return { backend, waiting, change: () => hear({ type: "project" } as Event), settled: () => new Promise((done) => setTimeout(done)) };
}

test("an older answer never takes the place of a newer one, and none has to wait for the last", async () => {
  const { backend, waiting, change, settled } = core();
  const opening = createStudio(backend);
  await settled();
  waiting[0]?.(named("zero"));
  const studio = await opening;
  expect(studio.project()?.name).toBe("zero");

  for (let i = 0; i < 3; i++) change();
  waiting[2]?.(named("two"));
  await settled();
  expect(studio.project()?.name).toBe("two");
  waiting[1]?.(named("one"));
  await settled();
  expect(studio.project()?.name).toBe("two");
  waiting[3]?.(named("three"));
  await settled();
  expect(studio.project()?.name).toBe("three");
});
