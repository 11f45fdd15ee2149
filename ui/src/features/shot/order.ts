// What the next Generate orders: it holds for every shot until it is changed.

import { createSignal } from "solid-js";
import type { Goal } from "../../backend";

const [draftCount, setDraftCount] = createSignal(1);
const [goal, setGoal] = createSignal<Goal>("draft");

export { draftCount, setDraftCount, goal, setGoal };
