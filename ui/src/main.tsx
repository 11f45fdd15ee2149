import "./styles/tokens.css";
import "./styles/base.css";
import { render } from "solid-js/web";
import { App } from "./App";
import { paintEarly } from "./state/look";

const root = document.getElementById("root");
paintEarly();
if (root) render(() => <App />, root);
