import "./styles/tokens.css";
import "./styles/base.css";
import { render } from "solid-js/web";
import { App } from "./App";
import { speakEarly } from "./state/look";

const root = document.getElementById("root");
speakEarly();
if (root) render(() => <App />, root);
