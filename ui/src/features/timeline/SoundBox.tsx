// A sound on a track: its waveform, its fades, its ends.

import { Show, createMemo, type JSX } from "solid-js";
import type { AudioItem, AudioTrack } from "../../backend";
import { openMenu, type MenuEntry } from "../../components/Menu";
import { t } from "../../i18n";
import { peaksPath } from "../../lib/media";
import { RATE, seconds } from "../../lib/timecode";
import { soundEnd, soundFaded, soundFrames, soundMoved } from "../../lib/timeline/sounds";
import { waveformPath } from "../../lib/timeline/waveform";
import { useStudio } from "../../state/studio";
import { useView } from "../../state/view";
import { arrowStep } from "./arrows";
import { pressSound, type SoundPart } from "./gestures/sounds";
import { useTimeline } from "./model";
import { soundPeaks } from "./peaks";

const WAVE_HEIGHT = 40;
const STROKE_STEP = 3;
/** Lengths of fades to choose from, in frames. */
const FADES = [0, RATE / 2 + 0.5, RATE, RATE * 2, RATE * 4].map(Math.floor);

function fadeLabel(edge: "in" | "out", length: number): string {
  if (length === 0) return t(edge === "in" ? "timeline.fade_in_none" : "timeline.fade_out_none");
  return t(edge === "in" ? "timeline.fade_in_of" : "timeline.fade_out_of", { seconds: seconds(length) });
}

/** A sound on a track. */
export function SoundBox(props: { id: string; kind: AudioTrack["kind"] }): JSX.Element {
  const studio = useStudio();
  const view = useView();
  const model = useTimeline();
  const item = () => {
    const dragged = model.preview()?.sound?.item;
    if (dragged?.id === props.id) return dragged;
    for (const track of model.told().tracks) for (const one of track.items) if (one.id === props.id) return one;
    return undefined;
  };
  const url = createMemo(() => {
    const now = item();
    return now ? studio.backend.mediaUrl(peaksPath(now.media)) : "";
  });
  const peaks = soundPeaks(url);
  const length = () => studio.project()?.media.find((one) => one.sha256 === item()?.media.sha256)?.frames ?? null;
  const left = () => model.x(item()?.start ?? 0);
  const width = () => {
    const now = item();
    return now ? Math.max(3, model.x(soundEnd(now)) - model.x(now.start)) : 0;
  };
  /** The part of the sound that is drawn, in frames of the timeline. */
  const part = createMemo(() => {
    const now = item();
    if (!now) return null;
    const from = Math.max(now.start, Math.floor(model.span().from));
    const to = Math.min(soundEnd(now), Math.ceil(model.span().to));
    return to > from ? { from, to, second: (now.in + from - now.start) / RATE } : null;
  });
  const wave = createMemo(() => {
    const sound = peaks();
    const now = part();
    if (!sound || !now) return "";
    return waveformPath(sound, {
      from: now.second,
      pxPerSecond: model.zoom() * RATE,
      width: (now.to - now.from) * model.zoom(),
      height: WAVE_HEIGHT,
      step: STROKE_STEP,
    });
  });
  const waveWidth = () => {
    const now = part();
    return now ? Math.max(1, (now.to - now.from) * model.zoom()) : 1;
  };
  const fade = (which: "fade_in" | "fade_out") => model.x(item()?.[which] ?? 0);
  function put(change: (now: AudioItem, others: readonly AudioItem[]) => AudioItem, merge?: string) {
    const track = model.told().tracks.find((one) => one.items.some((other) => other.id === props.id));
    const now = item();
    if (!track || !now) return;
    const put = change(now, track.items);
    // Drawn at once: a key that is held down goes on from there, not from what the core has told.
    model.setPreview({ sound: { track: track.id, item: put } });
    void model.commit([{ kind: "put_audio", track: track.id, item: put }], merge);
  }
  const nudge = (by: number) => put((now, others) => soundMoved(others, now, now.start + by), `sound ${props.id}`);
  const menu = (): MenuEntry[] => [
    ...(["in", "out"] as const).flatMap((edge): MenuEntry[] => [
      ...FADES.map((length) => ({
        label: fadeLabel(edge, length),
        checked: item()?.[`fade_${edge}`] === length,
        run: () => put((now) => soundFaded(now, edge, length)),
      })),
      "rule",
    ]),
    {
      label: t("timeline.remove_sound"),
      tone: "danger",
      run: () => void model.commit([{ kind: "delete_audio", id: props.id }]),
    },
  ];
  const press = (event: PointerEvent, which: SoundPart) => {
    event.stopPropagation();
    pressSound(model, view, event, props.id, which, length());
  };

  return (
    <Show when={part()}>
      <div
        class="sound"
        classList={{ [`sound-${props.kind}`]: true, "sound-picked": model.picked()?.id === props.id }}
        style={{ transform: `translateX(${left()}px)`, width: `${width()}px` }}
        role="button"
        tabIndex={0}
        aria-label={t("timeline.sound_label", { name: item()?.media.name ?? "", seconds: seconds(soundFrames(item() ?? NO_FRAMES)) })}
        data-tip={item()?.media.name}
        onPointerDown={(event) => press(event, "whole")}
        onFocus={() => model.setPicked({ kind: "sound", id: props.id })}
        onKeyDown={(event) => {
          if (event.isComposing) return;
          const step = arrowStep(event);
          if (step !== 0) nudge(step);
          else if (event.key === "Enter" || event.key === "ContextMenu") {
            event.preventDefault();
            event.stopPropagation();
            openMenu(event.currentTarget, menu(), item()?.media.name ?? "");
          }
        }}
        onContextMenu={(event) => {
          event.preventDefault();
          openMenu({ x: event.clientX, y: event.clientY }, menu(), item()?.media.name ?? "");
        }}
      >
        <svg
          class="sound-wave"
          style={{ transform: `translateX(${model.x((part()?.from ?? 0)) - left()}px)`, width: `${waveWidth()}px` }}
          viewBox={`0 0 ${waveWidth()} ${WAVE_HEIGHT}`}
          preserveAspectRatio="none"
          aria-hidden="true"
        >
          <path d={wave()} />
        </svg>
        <Show when={!peaks()}>
          <span class="sound-name">{item()?.media.name}</span>
        </Show>
        <svg class="sound-fades" viewBox={`0 0 ${width()} 100`} preserveAspectRatio="none" aria-hidden="true">
          <path d={`M0 100 L${fade("fade_in")} 0 M${width() - fade("fade_out")} 0 L${width()} 100`} />
          <path class="sound-faded" d={`M0 0 V100 L${fade("fade_in")} 0Z M${width()} 0 V100 L${width() - fade("fade_out")} 0Z`} />
        </svg>
        <i
          class="sound-fade"
          style={{ transform: `translateX(${fade("fade_in")}px)` }}
          data-tip={t("timeline.fade_in")}
          onPointerDown={(event) => press(event, "fade_in")}
        />
        <i
          class="sound-fade"
          style={{ transform: `translateX(${width() - fade("fade_out")}px)` }}
          data-tip={t("timeline.fade_out")}
          onPointerDown={(event) => press(event, "fade_out")}
        />
        <i class="sound-edge sound-edge-in" onPointerDown={(event) => press(event, "in")} />
        <i class="sound-edge sound-edge-out" onPointerDown={(event) => press(event, "out")} />
      </div>
    </Show>
  );
}

const NO_FRAMES = { id: "", media: { sha256: "", name: "", bytes: 0 }, start: 0, in: 0, out: 0, gain_db: 0, fade_in: 0, fade_out: 0 };
