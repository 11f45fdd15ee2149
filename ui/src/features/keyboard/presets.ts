// Which key does what, in the habits of several editors. A preset is data: the name of a command, and its keys.
//
// `short_video` is the whole of it; the others say where they differ. A test keeps every preset free of conflicts.

import type { CommandId } from "../../state/commands";
import type { Stroke } from "../../lib/keys";

/** Names a preset; the settings keep it. */
export type PresetName = "short_video" | "premiere" | "resolve" | "jianying";

/** Keys of commands. */
export type Keymap = Readonly<Record<CommandId, readonly Stroke[]>>;

const SHORT_VIDEO: Keymap = {
  "app.shortcuts": ["?", "f1"],
  "app.settings": ["mod+,"],
  "app.export": ["mod+e"],
  "project.chooser": ["mod+o"],
  "view.queue": ["mod+j"],
  "app.models": ["mod+shift+m"],
  "app.doctor": ["mod+shift+i"],
  "app.import": ["mod+i"],
  "app.next_zone": ["f6"],
  "app.previous_zone": ["shift+f6"],

  "project.close": ["mod+shift+w"],
  "project.rename": ["f2"],
  "project.undo": ["mod+z"],
  "project.redo": ["mod+shift+z", "mod+y"],

  "transport.play": ["space"],
  "transport.back": ["j"],
  "transport.stop": ["k"],
  "transport.forward": ["l"],
  "transport.frame_back": ["arrowleft"],
  "transport.frame_forward": ["arrowright"],
  "transport.second_back": ["shift+arrowleft"],
  "transport.second_forward": ["shift+arrowright"],
  "transport.cut_back": ["arrowup"],
  "transport.cut_forward": ["arrowdown"],
  "transport.start": ["home"],
  "transport.end": ["end"],
  "transport.mark_in": ["i"],
  "transport.mark_out": ["o"],
  "transport.clear_marks": ["alt+x"],
  "transport.go_to_in": ["shift+i"],
  "transport.go_to_out": ["shift+o"],
  "transport.loop": ["shift+l"],
  "transport.mute": ["shift+m"],
  "transport.go_to": ["mod+g"],
  "viewer.full_screen": ["f", "f11"],
  "viewer.safe_area": ["shift+a"],
  "viewer.pair": ["c"],
  "viewer.blind": ["shift+c"],
  "viewer.timeline": ["alt+t"],

  "shot.add": ["mod+shift+n"],
  "shot.cancel": ["mod+."],
  "shot.clip": ["e"],
  "shot.finish": ["mod+shift+enter"],
  "shot.generate": ["mod+enter"],
  "shot.add_line": ["mod+shift+l"],
  "library.search": ["mod+f"],
  "queue.drafts": ["mod+shift+d"],

  "timeline.select_at_playhead": ["d"],
  "timeline.select_all": ["mod+a"],
  "timeline.deselect": ["escape"],
  "timeline.split": ["s", "mod+b", "mod+k"],
  "timeline.trim_head": ["q"],
  "timeline.trim_tail": ["w"],
  "timeline.ripple_delete": ["delete", "backspace"],
  "timeline.lift": ["shift+delete", "shift+backspace"],
  "timeline.duplicate": ["mod+d"],
  "timeline.previous_take": ["["],
  "timeline.next_take": ["]"],
  "timeline.earlier": ["mod+arrowleft"],
  "timeline.later": ["mod+arrowright"],
  "timeline.shorter": [","],
  "timeline.longer": ["."],
  "timeline.head_earlier": ["alt+,"],
  "timeline.head_later": ["alt+."],
  "timeline.roll_earlier": ["shift+,"],
  "timeline.roll_later": ["shift+."],
  "timeline.slip_earlier": ["alt+arrowleft"],
  "timeline.slip_later": ["alt+arrowright"],
  "timeline.generate_here": ["g"],
  "timeline.continue": ["shift+g"],
  "timeline.captions": ["t"],
  "timeline.caption": ["shift+t"],
  "timeline.fade_in": ["shift+q"],
  "timeline.fade_out": ["shift+w"],
  "timeline.cross_fade": ["x"],
  "timeline.marker": ["m"],
  "timeline.snap": ["n"],
  "timeline.magnetic": ["p"],
  "timeline.tool_select": ["v"],
  "timeline.tool_blade": ["b"],
  "timeline.tool_roll": ["r"],
  "timeline.tool_slip": ["y"],
  "timeline.zoom_in": ["=", "mod+="],
  "timeline.zoom_out": ["-", "mod+-"],
  "timeline.fit": ["shift+z", "\\"],
};

/** Adobe Premiere: razor and rolling tools under their letters, Delete leaves a gap. */
const PREMIERE: Keymap = {
  ...SHORT_VIDEO,
  "transport.loop": ["mod+l"],
  "viewer.full_screen": ["mod+`", "f11"],
  "transport.clear_marks": ["mod+shift+x", "alt+x"],
  "viewer.pair": ["shift+c"],
  "viewer.blind": ["alt+c"],
  "timeline.split": ["mod+k"],
  "timeline.deselect": ["mod+shift+a", "escape"],
  "timeline.ripple_delete": ["shift+delete", "shift+backspace", "alt+backspace"],
  "timeline.lift": ["delete", "backspace"],
  "timeline.duplicate": ["mod+shift+/"],
  "timeline.cross_fade": ["mod+d"],
  "timeline.earlier": ["mod+alt+arrowleft"],
  "timeline.later": ["mod+alt+arrowright"],
  "timeline.snap": ["s"],
  "timeline.tool_blade": ["c"],
  "timeline.tool_roll": ["n"],
  "timeline.zoom_in": ["="],
  "timeline.zoom_out": ["-"],
  "timeline.fit": ["\\"],
};

/** DaVinci Resolve: Delete closes the gap, Backspace leaves it. */
const RESOLVE: Keymap = {
  ...SHORT_VIDEO,
  "transport.loop": ["mod+/"],
  "library.search": ["mod+shift+f"],
  "viewer.full_screen": ["mod+f", "f11"],
  "viewer.safe_area": ["alt+a"],
  "timeline.split": ["mod+b", "mod+\\"],
  "timeline.trim_head": ["shift+["],
  "timeline.trim_tail": ["shift+]"],
  "timeline.select_at_playhead": ["shift+v"],
  "timeline.deselect": ["mod+shift+a", "escape"],
  "timeline.ripple_delete": ["delete", "shift+backspace"],
  "timeline.lift": ["backspace"],
  "timeline.earlier": ["mod+shift+,"],
  "timeline.later": ["mod+shift+."],
  "timeline.cross_fade": ["mod+t"],
  "timeline.tool_select": ["a"],
  "timeline.tool_roll": ["t"],
  "timeline.captions": ["alt+shift+t"],
  "timeline.tool_slip": ["s"],
  "timeline.zoom_in": ["mod+="],
  "timeline.zoom_out": ["mod+-"],
  "timeline.fit": ["shift+z"],
};

/** 剪映: Ctrl+B cuts, Q and W cut away what is left or right of the playhead. */
const JIANYING: Keymap = {
  ...SHORT_VIDEO,
  "viewer.full_screen": ["mod+shift+f", "f11"],
  "timeline.split": ["mod+b"],
  "timeline.tool_select": ["a"],
  "timeline.zoom_in": ["mod+="],
  "timeline.zoom_out": ["mod+-"],
  "timeline.fit": ["shift+z"],
};

/** Every preset. */
export const PRESETS: Readonly<Record<PresetName, Keymap>> = {
  short_video: SHORT_VIDEO,
  premiere: PREMIERE,
  resolve: RESOLVE,
  jianying: JIANYING,
};

/** The preset that the settings name; the first where they name none that is known. */
export function presetNamed(name: unknown): PresetName {
  return typeof name === "string" && name in PRESETS ? (name as PresetName) : "short_video";
}
