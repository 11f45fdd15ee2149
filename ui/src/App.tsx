// The window: how it starts, and the one screen with four places.

import { Match, Switch, createResource, onMount, type JSX } from "solid-js";
import { connect } from "./backend";
import { MenuHost } from "./components/Menu";
import { Tips } from "./components/Tips";
import { problemText } from "./i18n/problem";
import { Frame } from "./features/frame/Frame";
import { Starting, StartFailed } from "./features/start/Start";
import { LayoutProvider, createLayout } from "./state/layout";
import { followLook } from "./state/look";
import { PlayerProvider, createPlayer } from "./state/player";
import { StudioProvider, createStudio, type Studio } from "./state/studio";
import { ViewProvider, createView } from "./state/view";
import "./App.css";

/** The window's content. */
export function App(): JSX.Element {
  const [studio, { refetch }] = createResource(async () => createStudio(await connect()));
  return (
    <>
      <Switch fallback={<Starting />}>
        <Match when={studio.state === "errored"}>
          <StartFailed why={problemText(studio.error)} onRetry={() => void refetch()} />
        </Match>
        <Match when={studio.state === "ready" && studio()}>{(ready) => <Ready studio={ready()} />}</Match>
      </Switch>
      <MenuHost />
      <Tips />
    </>
  );
}

function Ready(props: { studio: Studio }): JSX.Element {
  const studio = props.studio;
  const view = createView();
  const layout = createLayout(studio);
  followLook(studio.settings);
  const player = createPlayer(studio, view, layout);
  // When the window could be used, for `cargo xtask bench start`.
  onMount(() => performance.mark("usable"));
  return (
    <StudioProvider value={studio}>
      <ViewProvider value={view}>
        <LayoutProvider value={layout}>
          <PlayerProvider value={player}>
            <Frame />
          </PlayerProvider>
        </LayoutProvider>
      </ViewProvider>
    </StudioProvider>
  );
}
