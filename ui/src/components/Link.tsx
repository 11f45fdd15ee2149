// An address outside of this machine. It opens in the browser; nothing of it is loaded here.

import type { JSX } from "solid-js";
import "./Link.css";

/** A link to a page on the net; without children it shows where it leads. */
export function Link(props: { href: string; children?: JSX.Element }): JSX.Element {
  const isSafe = () => /^https:\/\//.test(props.href);
  return (
    <a class="link" href={isSafe() ? props.href : undefined} target="_blank" rel="noopener noreferrer" title={props.href}>
      {props.children ?? props.href.replace(/^https:\/\//, "")}
    </a>
  );
}
