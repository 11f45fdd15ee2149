// Where what lies over everything has to stand.

/** What is shown in full screen hides all that is not inside of it. */
export const topmost = (): Element => document.fullscreenElement ?? document.body;
