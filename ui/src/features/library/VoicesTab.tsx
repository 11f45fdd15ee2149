// Voices and music of the project.

import { Show, createMemo, createSignal, onCleanup, type JSX } from "solid-js";
import type { MediaItem, ProjectView } from "../../backend";
import { Icon } from "../../components/Icon";
import { t } from "../../i18n";
import { duration } from "../../lib/format";
import { bareName, mediaPath, referenceTo } from "../../lib/media";
import { useStudio } from "../../state/studio";
import { useView } from "../../state/view";
import { CardGrid, type Card } from "./CardGrid";
import "./VoicesTab.css";

/** Voices and music of the project. */
export function VoicesTab(props: { project: ProjectView; matches(text: string): boolean }): JSX.Element {
  const studio = useStudio();
  const view = useView();
  const [playing, setPlaying] = createSignal<string | null>(null);
  const sound = new Audio();
  sound.onended = () => setPlaying(null);
  sound.onerror = () => setPlaying(null);
  onCleanup(() => sound.pause());

  function listen(item: MediaItem) {
    sound.pause();
    if (playing() === item.sha256) return void setPlaying(null);
    sound.src = studio.backend.mediaUrl(mediaPath(item));
    setPlaying(item.sha256);
    void sound.play().catch(() => setPlaying(null));
  }
  function use(item: MediaItem) {
    const id = view.shot();
    if (id !== null) void studio.act("shot.edit", { id, voice: referenceTo(item) });
  }
  function place(item: MediaItem, kind: "music" | "voice") {
    void studio.act("timeline.edit", {
      edits: [
        {
          kind: "add_audio",
          track: null,
          kind_of_track: kind,
          media: referenceTo(item),
          start: view.playhead(),
          frames: item.frames ?? props.project.rate,
        },
      ],
    });
  }
  const remove = (item: MediaItem) => void studio.act("media.remove", { sha256: item.sha256 });

  const items = createMemo(() =>
    props.project.media.filter((item) => item.kind === "sound" && props.matches(item.name)),
  );
  const card = (item: MediaItem): Card => {
    const isPlaying = () => playing() === item.sha256;
    return {
      id: item.sha256,
      name: bareName(item.name),
      note: item.frames === null ? undefined : duration(item.frames / props.project.rate),
      carried: { kind: "sound", sha256: item.sha256, name: item.name },
      picture: () => (
        <span class="voice-sign" classList={{ "voice-playing": isPlaying() }}>
          <Icon name={isPlaying() ? "pause" : "voice"} />
        </span>
      ),
      click: () => listen(item),
      open: () => use(item),
      remove: () => remove(item),
      menu: () => [
        {
          label: isPlaying() ? t("library.stop") : t("library.listen"),
          icon: isPlaying() ? "pause" : "play",
          run: () => listen(item),
        },
        { label: t("library.use_voice"), icon: "voice", disabled: view.shot() === null, run: () => use(item) },
        { label: t("library.as_music"), icon: "film", run: () => place(item, "music") },
        { label: t("library.as_voice"), icon: "film", run: () => place(item, "voice") },
        "rule",
        { label: t("library.remove"), icon: "trash", tone: "danger", run: () => remove(item) },
      ],
    };
  };

  return (
    <Show when={items().length > 0} fallback={<p class="library-empty">{t("library.no_voices")}</p>}>
      <div class="voices">
        <CardGrid label={t("library.voices")} items={items()} card={card} columns={1} />
      </div>
    </Show>
  );
}
