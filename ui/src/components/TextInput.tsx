// A line of text to type.

import { splitProps, type JSX } from "solid-js";
import "./TextInput.css";

interface TextInputProps extends Omit<JSX.InputHTMLAttributes<HTMLInputElement>, "class" | "classList"> {
  invalid?: boolean;
}

/** A line of text to type. */
export function TextInput(props: TextInputProps): JSX.Element {
  const [own, rest] = splitProps(props, ["invalid"]);
  return (
    <input type="text" class="text-input" aria-invalid={own.invalid || undefined} spellcheck={false} autocomplete="off" {...rest} />
  );
}
