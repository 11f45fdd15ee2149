// The reference picture: the clip begins with it.

import type { JSX } from "solid-js";
import type { MediaRef, ProjectView } from "../../backend";
import { Button } from "../../components/Button";
import { t } from "../../i18n";
import { aspect } from "../../lib/format";
import { mediaPath } from "../../lib/media";
import { useStudio } from "../../state/studio";
import "./ReferenceBox.css";

/** The reference picture of a shot. */
export function ReferenceBox(props: {
  shot: string;
  image: MediaRef;
  project: ProjectView;
  isTarget: boolean;
  onChoose(): void;
}): JSX.Element {
  const studio = useStudio();
  const size = () => props.project.media.find((item) => item.sha256 === props.image.sha256)?.size;
  // The model's picture has the project's shape; what is wider or higher is cut off around the middle.
  const isCropped = () => {
    const own = size();
    const [width = 9, height = 16] = props.project.aspect.split(":").map(Number);
    return own == null || Math.abs((own[0] / own[1]) * (height / width) - 1) > 0.02;
  };
  return (
    <div class="shot-box reference" classList={{ "is-target": props.isTarget }}>
      <button type="button" class="reference-picture" aria-label={t("shot.change_picture")} data-tip={t("shot.change_picture")} onClick={() => props.onChoose()}>
        <img src={studio.backend.mediaUrl(mediaPath(props.image))} alt={props.image.name} draggable={false} />
      </button>
      <div class="reference-words">
        <div class="reference-name">{props.image.name}</div>
        <small class="shot-small">
          {isCropped() ? t("shot.first_frame_crop", { aspect: aspect(props.project.aspect) }) : t("shot.first_frame")}
        </small>
      </div>
      <Button
        kind="quiet"
        size="small"
        icon="close"
        label={t("shot.remove_picture")}
        onClick={() => void studio.act("shot.edit", { id: props.shot, image: null })}
      />
    </div>
  );
}
