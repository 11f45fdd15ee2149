// The one screen: four places around the timeline.

import { Show, createResource, type JSX } from "solid-js";
import { connect } from "./backend";
import { MenuHost } from "./components/Menu";
import { DoctorPage } from "./features/doctor/DoctorPage";
import { Library } from "./features/library/Library";
import { ModelPage } from "./features/models/ModelPage";
import { QueueDrawer } from "./features/queue/QueueDrawer";
import { SettingsPage } from "./features/settings/SettingsPage";
import { ShotPanel } from "./features/shot/ShotPanel";
import { StatusBar } from "./features/status/StatusBar";
import { Timeline } from "./features/timeline/Timeline";
import { TopBar } from "./features/top/TopBar";
import { Viewer } from "./features/viewer/Viewer";
import { StudioProvider, createStudio } from "./state/studio";
import { ViewProvider, createView } from "./state/view";
import "./App.css";

/** The window's content, once the core is reached. */
export function App(): JSX.Element {
  const [studio] = createResource(async () => createStudio(await connect()));
  const view = createView();
  return (
    <Show when={studio()}>
      {(ready) => (
        <StudioProvider value={ready()}>
          <ViewProvider value={view}>
            <div class="app">
              <TopBar />
              <Library />
              <Viewer />
              <ShotPanel />
              <Timeline />
              <StatusBar />
            </div>
            <QueueDrawer />
            <ModelPage />
            <DoctorPage />
            <SettingsPage />
            <MenuHost />
          </ViewProvider>
        </StudioProvider>
      )}
    </Show>
  );
}
