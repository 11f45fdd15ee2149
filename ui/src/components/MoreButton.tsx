// A button with three dots, and the menu behind it.

import type { JSX } from "solid-js";
import { Button } from "./Button";
import { openMenu, type MenuEntry } from "./Menu";

/** A button with three dots, and the menu behind it. The menu is named by `title`, else by the button's own name. */
export function MoreButton(props: { label: string; title?: string; entries(): readonly MenuEntry[] }): JSX.Element {
  return (
    <Button
      kind="quiet"
      size="small"
      icon="more"
      label={props.label}
      aria-haspopup="menu"
      onClick={(event) => openMenu(event.currentTarget, props.entries(), props.title ?? props.label)}
    />
  );
}
