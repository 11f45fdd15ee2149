// What went wrong, for the reader. The core tells it in English, with names and numbers; the kinds that it has a code
// for are also told in the other language of the interface.

import { CallError, type Code, type Detail, type Language, type Refusal } from "../backend";
import { languageName } from "../lib/languages";
import { language, t, type Key } from "./index";

/** The codes of the core, and the one of a transport that cannot reach it. */
type ProblemCode = Code | "disconnected";

/** A key for each of them: one that the dictionaries lack does not compile. */
const KEYS: { readonly [C in ProblemCode]: Key & `problem.${C}` } = {
  disconnected: "problem.disconnected",
  disk_full: "problem.disk_full",
  gated: "problem.gated",
  input: "problem.input",
  internal: "problem.internal",
  job_state: "problem.job_state",
  licence: "problem.licence",
  media_missing: "problem.media_missing",
  no_engine: "problem.no_engine",
  project_busy: "problem.project_busy",
  project_newer: "problem.project_newer",
};

/** A key for each sentence that the core tells with its names and numbers. */
const DETAILS: { readonly [D in Detail["id"]]: Key & `detail.${D}` } = {
  captions_outside: "detail.captions_outside",
  check_failed: "detail.check_failed",
  disk_full: "detail.disk_full",
  draft_wanted: "detail.draft_wanted",
  empty_file: "detail.empty_file",
  engine_no_start: "detail.engine_no_start",
  export_elsewhere: "detail.export_elsewhere",
  export_running: "detail.export_running",
  file_gone: "detail.file_gone",
  long_file: "detail.long_file",
  missing: "detail.missing",
  name_taken: "detail.name_taken",
  no_captions: "detail.no_captions",
  no_encoder: "detail.no_encoder",
  no_folder: "detail.no_folder",
  no_font: "detail.no_font",
  no_latents: "detail.no_latents",
  no_letters: "detail.no_letters",
  no_place: "detail.no_place",
  no_preset: "detail.no_preset",
  no_project: "detail.no_project",
  no_recipe: "detail.no_recipe",
  no_sound: "detail.no_sound",
  no_take: "detail.no_take",
  not_a_project: "detail.not_a_project",
  not_a_token: "detail.not_a_token",
  not_media: "detail.not_media",
  nothing_on_timeline: "detail.nothing_on_timeline",
  nothing_said: "detail.nothing_said",
  own_clip: "detail.own_clip",
  picture_too_large: "detail.picture_too_large",
  picture_too_small: "detail.picture_too_small",
  place_taken: "detail.place_taken",
  shot_unmade: "detail.shot_unmade",
  take_gone: "detail.take_gone",
  unreadable: "detail.unreadable",
  unreadable_picture: "detail.unreadable_picture",
};

/** The codes that there are words for. */
export const PROBLEM_CODES: readonly string[] = Object.keys(KEYS);

const isKnown = (code: string): code is ProblemCode => Object.hasOwn(KEYS, code);

/** A problem in a sentence or two. */
export function problemText(problem: unknown): string {
  const message = isRefusal(problem) ? problem.message : problem instanceof Error ? problem.message : String(problem);
  const detail = isRefusal(problem) || problem instanceof CallError ? problem.detail : undefined;
  // One of a newer core is told as it tells it.
  if (detail && Object.hasOwn(DETAILS, detail.id)) return detailText(detail);
  const code = isRefusal(problem) || problem instanceof CallError ? problem.code : null;
  if (code === null || !isKnown(code) || language() === "en") return sentence(message);
  return t(KEYS[code], { why: sentence(message) });
}

function detailText({ id, ...params }: Detail): string {
  const { language: named, ...rest } = params as Record<string, string | number>;
  return t(DETAILS[id], named === undefined ? rest : { ...rest, language: languageName(named as Language) });
}

/** What is wrong with something, where the core tells no kind of it. */
export const troubleText = (message: string): string => problemText({ code: "internal", message } satisfies Refusal);

const isRefusal = (problem: unknown): problem is Refusal =>
  typeof problem === "object" && problem !== null && !(problem instanceof Error) && "code" in problem && "message" in problem;

/** The core writes as in the middle of a line; here it stands alone. */
function sentence(message: string): string {
  return message.charAt(0).toUpperCase() + message.slice(1);
}
