// A button: plain, the one that matters most (primary), or quiet until it is pointed at.

import { Show, splitProps, type JSX } from "solid-js";
import { Icon, type IconName } from "./Icon";
import "./Button.css";

/** What a button takes. One without children shows its icon alone and is named by `label`. */
export interface ButtonProps extends Omit<JSX.ButtonHTMLAttributes<HTMLButtonElement>, "class"> {
  kind?: "plain" | "primary" | "quiet" | "danger";
  size?: "small" | "large";
  icon?: IconName | undefined;
  /** Its name for screen readers and the tooltip, where it shows no text. */
  label?: string | undefined;
  /** The key that does the same, for the tip. */
  shortcut?: string | undefined;
  /** Whether it is switched on, for buttons that switch. */
  pressed?: boolean | undefined;
}

/** A button. */
export function Button(props: ButtonProps): JSX.Element {
  const [own, rest] = splitProps(props, ["kind", "size", "icon", "label", "shortcut", "pressed", "children", "title"]);
  const tip = () => {
    const text = own.title ?? own.label;
    return text && own.shortcut ? `${text}\t${own.shortcut}` : text;
  };
  return (
    <button
      type="button"
      class="button"
      classList={{
        [`button-${own.kind ?? "plain"}`]: true,
        [`button-${own.size}`]: own.size !== undefined,
        "button-bare": own.children === undefined,
      }}
      aria-label={own.label}
      aria-pressed={own.pressed}
      data-tip={tip()}
      {...rest}
    >
      <Show when={own.icon}>{(name) => <Icon name={name()} />}</Show>
      {own.children}
    </button>
  );
}
