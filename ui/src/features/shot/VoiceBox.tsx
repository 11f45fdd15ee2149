// The voice track: picture and lips follow it.

import { Show, createSignal, onCleanup, type JSX } from "solid-js";
import type { MediaRef, ProjectView } from "../../backend";
import { Button } from "../../components/Button";
import { t } from "../../i18n";
import { duration } from "../../lib/format";
import { mediaPath } from "../../lib/media";
import { useStudio } from "../../state/studio";
import "./ReferenceBox.css";
import "./VoiceBox.css";

/** The voice track of a shot. */
export function VoiceBox(props: { shot: string; voice: MediaRef; project: ProjectView }): JSX.Element {
  const studio = useStudio();
  const [isPlaying, setPlaying] = createSignal(false);
  const sound = new Audio();
  sound.onended = () => setPlaying(false);
  sound.onerror = () => setPlaying(false);
  onCleanup(() => sound.pause());
  const frames = () => props.project.media.find((item) => item.sha256 === props.voice.sha256)?.frames;

  function toggle() {
    if (isPlaying()) sound.pause();
    else {
      sound.src = studio.backend.mediaUrl(mediaPath(props.voice));
      void sound.play().catch(() => setPlaying(false));
    }
    setPlaying(!isPlaying());
  }

  return (
    <div class="shot-box reference">
      <span class="voice-play">
        <Button
          kind="plain"
          icon={isPlaying() ? "pause" : "play"}
          label={isPlaying() ? t("library.stop") : t("library.listen")}
          onClick={toggle}
        />
      </span>
      <div class="reference-words">
        <div class="reference-name">{props.voice.name}</div>
        <small class="shot-small">
          {t("shot.voice_track")}
          <Show when={frames()}>{(count) => <> · {duration(count() / props.project.rate)}</>}</Show>
        </small>
      </div>
      <Button
        kind="quiet"
        size="small"
        icon="close"
        label={t("shot.remove_voice")}
        onClick={() => void studio.act("shot.edit", { id: props.shot, voice: null })}
      />
    </div>
  );
}
