// A name over a control, and what is wrong with it under it.

import { Show, createUniqueId, type JSX } from "solid-js";
import "./Field.css";

interface FieldProps {
  label: string;
  hint?: string | undefined;
  error?: string | null | undefined;
  /** Gets the id that the label points to and the id of what explains it. */
  children: (ids: { id: string; describedBy: string | undefined }) => JSX.Element;
}

/** A name over a control. */
export function Field(props: FieldProps): JSX.Element {
  const id = createUniqueId();
  const about = `${id}-about`;
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {props.label}
      </label>
      {props.children({
        id,
        get describedBy() {
          return props.error || props.hint ? about : undefined;
        },
      })}
      <Show when={props.error || props.hint}>
        <p id={about} class={props.error ? "field-error" : "field-hint"} role={props.error ? "alert" : undefined}>
          {props.error || props.hint}
        </p>
      </Show>
    </div>
  );
}
