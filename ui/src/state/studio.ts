// What the core told: the open project, the queue, the engines, the settings. The core owns all of it; this is a copy.

import { createContext, createSignal, useContext, type Accessor } from "solid-js";
import { createStore, reconcile } from "solid-js/store";
import {
  type AppStatus,
  type Backend,
  type CallName,
  type Calls,
  type EngineStatus,
  type JobView,
  type Link,
  type ProjectView,
  type SetSettings,
  type UiSettings,
} from "../backend";
import { problemText } from "../i18n/problem";

/** A message at the edge of the window. */
export interface Notice {
  id: number;
  tone: "error" | "info";
  text: string;
}

/** The core, as the window knows it. */
export interface Studio {
  readonly backend: Backend;
  /** The open project; null while there is none. */
  readonly project: Accessor<ProjectView | null>;
  readonly jobs: readonly JobView[];
  readonly status: Accessor<AppStatus | null>;
  readonly link: Accessor<Link>;
  readonly notices: readonly Notice[];
  /** What the user chose about the window. */
  readonly settings: Accessor<UiSettings>;
  /** Changes some of the settings: at once here, then in the core. */
  setSettings(change: SetSettings["settings"]): Promise<void>;
  /** Calls the core; an error is shown at the edge of the window and thrown on. */
  call<N extends CallName>(name: N, args: Calls[N]["args"]): Promise<Calls[N]["result"]>;
  /** Calls the core. For buttons: errors are shown, nothing is thrown. */
  act<N extends CallName>(name: N, args: Calls[N]["args"]): Promise<Calls[N]["result"] | undefined>;
  notify(tone: Notice["tone"], text: string): void;
  dismiss(id: number): void;
}

const StudioContext = createContext<Studio>();
export const StudioProvider = StudioContext.Provider;

/** The core, for components. */
export function useStudio(): Studio {
  const studio = useContext(StudioContext);
  if (!studio) throw new Error("no studio around this component");
  return studio;
}

/** Keeps the copy of what `backend` tells. */
export async function createStudio(backend: Backend): Promise<Studio> {
  const [held, setHeld] = createStore<{ project: ProjectView | null }>({ project: null });
  const [jobs, setJobs] = createStore<JobView[]>([]);
  const [notices, setNotices] = createStore<Notice[]>([]);
  const [status, setStatus] = createSignal<AppStatus | null>(null);
  const [link, setLink] = createSignal<Link>("open");
  const [settings, setSettings] = createSignal<UiSettings>(await backend.call("app.settings", {}));
  let nextNotice = 1;

  // Answers may come in another order than they were asked for: an older one never takes the place of a newer one. Each of
  // the others is shown, so that the window follows while changes come faster than answers.
  let asked = 0;
  let shown = 0;
  async function fetchProject() {
    const turn = ++asked;
    const project = await backend.call("project.get", {});
    if (turn < shown) return;
    shown = turn;
    setHeld("project", reconcile(project, { key: "id" }));
  }

  async function fetchStatus() {
    const now = await backend.call("app.status", {}).catch(() => undefined);
    if (now) setStatus(now);
  }

  async function refresh() {
    const [now, queue] = await Promise.all([backend.call("app.status", {}), backend.call("jobs.list", {}), fetchProject()]);
    setStatus(now);
    setJobs(reconcile(queue, { key: "id" }));
  }

  backend.subscribe((event) => {
    switch (event.type) {
      case "project":
        void fetchProject().catch(() => undefined);
        break;
      case "jobs":
        setJobs(reconcile(event.jobs, { key: "id" }));
        break;
      case "step":
        // What is null has not changed: steps and pictures come by themselves.
        setJobs((job) => job.id === event.job, {
          ...(event.step && { step: event.step }),
          ...(event.preview !== null && { preview: event.preview }),
        });
        break;
      case "notice":
        studio.notify("info", event.text);
        break;
      case "missed":
        void refresh().catch(() => undefined);
        break;
      case "engines": {
        // What can be made with has changed with them, too.
        const isOther = modelsOf(event.engines) !== modelsOf(status()?.engines ?? []);
        setStatus((now) => now && { ...now, engines: event.engines });
        if (isOther) void fetchStatus();
        break;
      }
      case "models":
        if (event.progress === null) void fetchStatus();
        break;
      case "exports":
        // Room on the disk.
        void fetchStatus();
        break;
    }
  });
  backend.onLink((now) => {
    setLink(now);
    if (now === "open") void refresh().catch(() => undefined);
  });

  const studio: Studio = {
    backend,
    project: () => held.project,
    jobs,
    status,
    link,
    notices,
    settings,
    async setSettings(change) {
      const next = { ...settings(), ...change };
      setSettings(next);
      await studio.act("app.set_settings", { settings: change });
    },
    async call(name, args) {
      try {
        return await backend.call(name, args);
      } catch (error) {
        studio.notify("error", problemText(error));
        throw error;
      }
    },
    async act(name, args) {
      try {
        return await studio.call(name, args);
      } catch {
        return undefined;
      }
    },
    notify(tone, text) {
      const id = nextNotice++;
      setNotices((all) => [...all.filter((notice) => notice.text !== text), { id, tone, text }].slice(-4));
      if (tone === "info") setTimeout(() => studio.dismiss(id), 5000);
    },
    dismiss: (id) => setNotices((all) => all.filter((notice) => notice.id !== id)),
  };
  await refresh();
  return studio;
}

/** The names of the models that engines have, as one text. */
const modelsOf = (engines: readonly EngineStatus[]): string =>
  engines.flatMap((engine) => engine.hello?.models.map((model) => model.name) ?? []).join("\n");
