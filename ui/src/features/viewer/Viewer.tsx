// The viewer: the picture, what lies over it, the takes beside it, and the transport under it.

import { Match, Show, Switch, createSignal, type JSX } from "solid-js";
import { Button } from "../../components/Button";
import { t } from "../../i18n";
import { provideCommands } from "../../state/commands";
import { useStudio } from "../../state/studio";
import { useView } from "../../state/view";
import { Pair } from "./Pair";
import { Screen } from "./Screen";
import { TakeStrip } from "./TakeStrip";
import { Transport } from "./Transport";
import { createFullScreen } from "./full";
import { createLookedAt } from "./looked";
import "./Viewer.css";

/** The viewer and its transport. */
export function Viewer(): JSX.Element {
  const studio = useStudio();
  const view = useView();
  const [platform, setPlatform] = createSignal<string | null>(null);
  // The one that was shown last, for the key that shows and hides it.
  let last = "everywhere";
  const looked = createLookedAt(studio, view);
  let place: HTMLElement | undefined;
  const full = createFullScreen(() => place);

  const pair = () => {
    const watched = view.watched();
    return watched.kind === "pair" ? watched.takes : null;
  };
  const show = (next: string | null) => {
    last = next ?? last;
    setPlatform(next);
  };
  const canPair = () => looked.takes().length > 1;
  const togglePair = () => {
    const [first, second] = looked.pair();
    if (pair()) view.setWatched({ kind: "timeline" });
    else if (first && second) view.setWatched({ kind: "pair", takes: [first.id, second.id] });
  };
  provideCommands([
    { id: "viewer.full_screen", title: "viewer.full_screen", run: full.toggle },
    { id: "viewer.pair", title: "viewer.pair", run: togglePair, enabled: () => pair() !== null || canPair() },
    { id: "viewer.blind", title: "viewer.blind", run: () => view.setSheet("compare"), enabled: canPair },
    { id: "viewer.safe_area", title: "safe.title", run: () => show(platform() === null ? last : null) },
    { id: "viewer.timeline", title: "viewer.timeline", run: () => view.setWatched({ kind: "timeline" }) },
  ]);

  return (
    <section
      ref={(element) => (place = element)}
      class="viewer"
      classList={{ "viewer-full": full.isFull() }}
      data-zone="viewer"
      aria-label={t("place.viewer")}
      onPointerDown={() => view.setZone("viewer")}
      onFocusIn={() => view.setZone("viewer")}
    >
      <div class="viewer-stage">
        <Switch
          fallback={
            <div class="viewer-none">
              <p>{t("viewer.no_project")}</p>
              <Button onClick={() => view.setSheet("projects")}>{t("project.chooser")}</Button>
            </div>
          }
        >
          <Match when={pair()} keyed>
            {(takes) => <Pair takes={takes} />}
          </Match>
          <Match when={studio.project()}>
            <Screen platform={platform()} />
            <Show when={!full.isFull() && looked.shot()}>{(shot) => <TakeStrip shot={shot()} takes={looked.takes()} />}</Show>
          </Match>
        </Switch>
      </div>
      <Transport
        platform={platform()}
        onPlatform={show}
        isPair={pair() !== null}
        canPair={canPair()}
        onPair={togglePair}
        isFull={full.isFull()}
        onFull={full.toggle}
      />
    </section>
  );
}
