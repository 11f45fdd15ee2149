// A music or voice track: its sounds, how loud it is, and whether it makes room for those who speak.

import { For, createMemo, onMount, type JSX } from "solid-js";
import { openMenu } from "../../components/Menu";
import type { AudioTrack, TrackSettings } from "../../backend";
import { t } from "../../i18n";
import { useStudio } from "../../state/studio";
import { acceptSounds } from "./drop";
import { Gain } from "./Gain";
import { useTimeline } from "./model";
import { SoundBox } from "./SoundBox";
import { TextEdit } from "./TextEdit";
import "./SoundLane.css";

/** A music or voice track. */
export function SoundLane(props: { id: string }): JSX.Element {
  const studio = useStudio();
  const model = useTimeline();
  let lane: HTMLDivElement | undefined;
  const track = (): AudioTrack | undefined => model.told().tracks.find((one) => one.id === props.id);
  const items = createMemo(
    () => {
      const ids = track()?.items.map((item) => item.id) ?? [];
      const dragged = model.preview()?.sound;
      if (!dragged) return ids;
      const others = ids.filter((id) => id !== dragged.item.id);
      return dragged.track === props.id ? [...others, dragged.item.id] : others;
    },
    [],
    { equals: (a, b) => a.length === b.length && a.every((id, index) => id === b[index]) },
  );
  const isDucking = () => track()?.duck === "under_speech";
  const name = () => {
    const now = track();
    if (!now) return "";
    // The core's own names are words of the interface; what somebody wrote stays as written.
    const own = /^(Music|Voice)( \d+)?$/.exec(now.name);
    return own ? t(own[1] === "Music" ? "timeline.music" : "timeline.voice") + (own[2] ?? "") : now.name;
  };

  onMount(() => {
    if (lane) acceptSounds(lane, studio, model, props.id);
  });

  function put(change: Partial<TrackSettings>, merge?: string) {
    const now = track();
    if (!now) return;
    const { id, kind, gain_db, duck } = now;
    void model.commit([{ kind: "put_track", track: { id, kind, gain_db, duck, name: now.name, ...change } }], merge);
  }

  return (
    <div class="lane lane-sounds" data-track={props.id}>
      <div
        class="lane-head"
        onContextMenu={(event) => {
          event.preventDefault();
          openMenu(
            { x: event.clientX, y: event.clientY },
            [
              { label: t("timeline.rename"), run: () => void model.setWriting(props.id) },
              {
                label: t("timeline.remove_track"),
                tone: "danger",
                run: () => void model.commit([{ kind: "delete_track", id: props.id }]),
              },
            ],
            name(),
          );
        }}
      >
        <span class="lane-line">
          {model.writing() === props.id ? (
            <TextEdit
              text={name()}
              label={t("timeline.track_name")}
              done={(text) => {
                model.setWriting(null);
                if (text !== "" && text !== name()) put({ name: text });
              }}
              cancel={() => model.setWriting(null)}
            />
          ) : (
            <span class="lane-name" onDblClick={() => model.setWriting(props.id)}>
              {name()}
            </span>
          )}
          <Gain
            value={track()?.gain_db ?? 0}
            label={t("timeline.gain_of", { name: name() })}
            change={(gain_db) => put({ gain_db }, `gain ${props.id}`)}
          />
        </span>
        <button
          type="button"
          class="lane-switch"
          aria-pressed={isDucking()}
          data-tip={t(isDucking() ? "timeline.duck_hint" : "timeline.duck_off_hint")}
          onClick={() => put({ duck: isDucking() ? "off" : "under_speech" })}
        >
          {t(isDucking() ? "timeline.duck" : "timeline.duck_off")}
        </button>
      </div>
      <div ref={(element) => (lane = element)} class="lane-body">
        <For each={items()}>{(id) => <SoundBox id={id} kind={track()?.kind ?? "music"} />}</For>
      </div>
    </div>
  );
}
