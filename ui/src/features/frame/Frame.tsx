// The screen: four places whose edges can be moved, the bars above and below, and the pages that lie over it.

import { Show, createEffect, createSignal, on, onCleanup, onMount, type JSX } from "solid-js";
import { Splitter } from "../../components/Splitter";
import { t } from "../../i18n";
import { SIZES, VIEWER_MIN, useLayout, type Place } from "../../state/layout";
import { useStudio } from "../../state/studio";
import { useView } from "../../state/view";
import { followWhere, openLast } from "../../state/where";
import { ComparePage } from "../compare/ComparePage";
import { DoctorPage } from "../doctor/DoctorPage";
import { ExportPage } from "../export/ExportPage";
import { createExports } from "../export/exports";
import { Keyboard } from "../keyboard/Keyboard";
import { Library } from "../library/Library";
import { ModelPage } from "../models/ModelPage";
import { Notices } from "../notices/Notices";
import { ProjectsPage } from "../projects/ProjectsPage";
import { QueueDrawer } from "../queue/QueueDrawer";
import { SettingsPage } from "../settings/SettingsPage";
import { ShotPanel } from "../shot/ShotPanel";
import { LinkLost } from "../start/Start";
import { StatusBar } from "../status/StatusBar";
import { Timeline } from "../timeline/Timeline";
import { TopBar } from "../top/TopBar";
import { Viewer } from "../viewer/Viewer";
import { provideZones } from "./zones";
import "./Frame.css";

const BARS = 48 + 28;

/** The screen. */
export function Frame(): JSX.Element {
  const studio = useStudio();
  const view = useView();
  const layout = useLayout();
  const exports = createExports(studio);
  const [room, setRoom] = createSignal({ width: window.innerWidth, height: window.innerHeight });

  const measure = () => setRoom({ width: window.innerWidth, height: window.innerHeight });
  onMount(() => window.addEventListener("resize", measure));
  onCleanup(() => window.removeEventListener("resize", measure));
  followWhere(studio, view, layout);
  provideZones(view, layout);
  createEffect(() => {
    const name = studio.project()?.name;
    document.title = name ? `${name} – Gallop` : "Gallop";
  });
  const choose = () => {
    if (view.sheet() === null && !studio.status()?.first_run) view.setSheet("projects");
  };
  onMount(() => void openLast(studio).then((isOpen) => isOpen || choose()));
  // Without a project there is nothing to do but to choose one.
  createEffect(on(() => studio.project() === null, (isNone) => isNone && choose(), { defer: true }));

  const most = (place: Place) => {
    if (place === "timeline") return room().height - BARS - VIEWER_MIN.height;
    const other = place === "library" ? "shot" : "library";
    return room().width - VIEWER_MIN.width - (layout.isFolded(other) ? 0 : SIZES[other].min);
  };
  // What was laid out in a larger window is kept to this one.
  const size = (place: Place) => {
    if (layout.isFolded(place)) return 0;
    const wanted = Math.min(layout.size(place), most(place));
    if (place !== "shot") return Math.max(wanted, SIZES[place].min);
    const left = room().width - VIEWER_MIN.width - (layout.isFolded("library") ? 0 : layout.size("library"));
    return Math.max(Math.min(wanted, left), SIZES.shot.min);
  };
  const edge = (place: Place, runs: "vertical" | "horizontal", grows: 1 | -1) => (
    <Splitter
      label={t(`frame.edge_${place}`)}
      runs={runs}
      grows={grows}
      value={size(place)}
      min={SIZES[place].min}
      max={Math.max(SIZES[place].min, most(place))}
      folded={layout.isFolded(place)}
      style={{ "grid-area": `${place}-edge` }}
      onResize={(to) => layout.resize(place, to)}
      onFold={(folded) => layout.fold(place, folded)}
    />
  );
  const place = (name: Place, content: JSX.Element) => (
    <div class="frame-place" data-zone={name} hidden={layout.isFolded(name)}>
      {content}
    </div>
  );

  return (
    <>
      <div
        class="frame"
        inert={studio.link() !== "open"}
        style={{
          "--library-width": `${size("library")}px`,
          "--shot-width": `${size("shot")}px`,
          "--timeline-height": `${size("timeline")}px`,
        }}
      >
        <TopBar exports={exports} />
        {place("library", <Library />)}
        {edge("library", "vertical", 1)}
        <Viewer />
        {edge("shot", "vertical", -1)}
        {place("shot", <ShotPanel />)}
        {edge("timeline", "horizontal", -1)}
        {place("timeline", <Timeline />)}
        <StatusBar />
      </div>
      <QueueDrawer />
      <ExportPage exports={exports} />
      <ModelPage />
      <DoctorPage />
      <SettingsPage />
      <ProjectsPage />
      <ComparePage />
      <Keyboard />
      <Notices />
      <Show when={studio.link() !== "open"}>
        <LinkLost />
      </Show>
    </>
  );
}
