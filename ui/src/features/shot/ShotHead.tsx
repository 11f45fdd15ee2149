// The first line of the shot panel: its name, what kind of shot it is, whom it shows, and what can be done with it.

import { Show, type JSX } from "solid-js";
import type { ProjectView, ShotCheck, ShotEntry } from "../../backend";
import { MoreButton } from "../../components/MoreButton";
import { t } from "../../i18n";
import { namesIn } from "../../lib/mentions";
import { duration } from "../../lib/format";
import { isComposing } from "../../lib/keys";
import { openNew } from "../../state/open";
import { useStudio } from "../../state/studio";
import { useView } from "../../state/view";
import type { ShotWords } from "./words";
import "./ShotHead.css";

/** The first line of the shot panel. */
export function ShotHead(props: {
  words: ShotWords;
  entry: ShotEntry;
  project: ProjectView;
  check: ShotCheck | null;
}): JSX.Element {
  const studio = useStudio();
  const view = useView();
  const number = () => props.project.shots.findIndex((shot) => shot.id === props.entry.id) + 1;
  const kind = () => {
    if (props.entry.voice) return t("shot.kind_voice");
    return props.entry.image ? t("shot.kind_image") : t("shot.kind_text");
  };
  const seconds = () => props.entry.seconds ?? props.check?.seconds;
  const cast = () => namesIn(props.words.now, props.project.cast);
  const placeholder = () => t("shot.number", { n: number() });

  async function duplicate() {
    if (!(await props.words.flush())) return;
    const id = await studio.act("shot.duplicate", { id: props.entry.id });
    if (id !== undefined) openNew(view, id);
  }
  function place() {
    const edits = [{ kind: "insert_clip" as const, shot: props.entry.id, at: view.playhead() }];
    void studio.act("timeline.edit", { edits });
  }
  async function remove() {
    const next = props.project.shots[number()] ?? props.project.shots[number() - 2];
    await studio.act("shot.remove", { id: props.entry.id });
    openNew(view, next?.id ?? null);
  }

  return (
    <div class="shot-head">
      <span class="shot-title" data-text={props.words.now.title || placeholder()}>
        <input
          value={props.words.now.title}
          placeholder={placeholder()}
          aria-label={t("shot.title")}
          maxLength={80}
          size={1}
          onInput={(event) => props.words.setTitle(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && !isComposing(event)) event.currentTarget.blur();
          }}
        />
      </span>
      <small class="shot-kind">
        · {kind()}
        <Show when={seconds()}>{(length) => <> · {duration(length())}</>}</Show>
      </small>
      <small class="shot-cast">{cast().map((name) => `@${name}`).join(" ")}</small>
      <MoreButton
        label={t("shot.more")}
        entries={() => [
          { label: t("shot.new"), icon: "plus", run: () => openNew(view, null) },
          { label: t("shot.duplicate"), icon: "copy", run: () => void duplicate() },
          { label: t("shot.to_timeline"), icon: "film", run: place },
          "rule",
          { label: t("shot.remove"), icon: "trash", tone: "danger", run: () => void remove() },
        ]}
      />
    </div>
  );
}
