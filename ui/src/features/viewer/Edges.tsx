// While an edge is dragged: the frames that the cut would lie at, two side by side where two change.

import { Index, Show, createEffect, createMemo, onCleanup, onMount, type JSX } from "solid-js";
import { t } from "../../i18n";
import { footageName, footageOf, footagePicture } from "../../lib/footage";
import { mediaPath } from "../../lib/media";
import { fitOf } from "../../lib/shape";
import { Reel } from "../../lib/reel";
import { shotName } from "../../lib/shots";
import { timecode } from "../../lib/timecode";
import { useStudio } from "../../state/studio";
import { useView, type EdgeFrame } from "../../state/view";
import "./Edges.css";

/** The frames at the edges that are dragged, over the picture. */
export function Edges(): JSX.Element {
  const view = useView();
  return (
    <Show when={view.edges().length > 0}>
      <div class="edges" classList={{ "edges-two": view.edges().length > 1 }} data-testid="edges">
        <Index each={view.edges()}>{(edge) => <EdgePicture edge={edge()} />}</Index>
      </div>
    </Show>
  );
}

function EdgePicture(props: { edge: EdgeFrame }): JSX.Element {
  const studio = useStudio();
  const take = createMemo(() => {
    const project = studio.project();
    const used = project?.shots.find((shot) => shot.id === props.edge.shot)?.take;
    return project?.takes.find((one) => one.id === used) ?? null;
  });
  const footage = createMemo(() => {
    const project = studio.project();
    return project ? footageOf(project, props.edge) : undefined;
  });
  /** The film whose frame is shown: of the take, or one from elsewhere. */
  const film = () => {
    const [seen, shown] = [take(), footage()];
    if (seen) return { url: studio.backend.mediaUrl(seen.clip), frames: seen.frames };
    return shown?.kind === "film" ? { url: studio.backend.mediaUrl(mediaPath(shown.media)), frames: shown.frames } : null;
  };
  const size = () =>
    take()?.size ?? studio.project()?.media.find((one) => one.sha256 === footage()?.media.sha256)?.size ?? null;
  const name = () => {
    const project = studio.project();
    const shown = footage();
    if (shown) return footageName(shown);
    return project ? shotName(project, props.edge.shot) : "";
  };
  const words = () =>
    t(props.edge.edge === "in" ? "viewer.edge_in" : "viewer.edge_out", { time: timecode(props.edge.frame) });
  let video: HTMLVideoElement | undefined;

  onMount(() => {
    if (!video) return;
    const reel = new Reel(video, () => undefined);
    createEffect(() => {
      const now = film();
      reel.load(now && now.url);
      if (now) reel.stand(Math.min(props.edge.frame, now.frames - 1));
    });
    onCleanup(() => reel.load(null));
  });

  return (
    <figure class="edge" style={{ "--fit": fitOf(size(), studio.project()?.aspect ?? "9:16") }}>
      <video ref={(element) => (video = element)} muted tabIndex={-1} aria-hidden="true" />
      <Show when={footage()?.kind === "still" && footage()}>
        {(shown) => <img src={studio.backend.mediaUrl(footagePicture(shown()))} alt="" />}
      </Show>
      <Show when={take() === null && !footage()}>
        <p>{t("viewer.unmade")}</p>
      </Show>
      <figcaption>
        <b>{name()}</b>
        <span>{words()}</span>
      </figcaption>
    </figure>
  );
}
