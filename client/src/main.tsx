// Starts the page: the one place that knows the real window and React's root.

import "@fontsource-variable/familjen-grotesk/wght.css";
import "./views/base.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Scope } from "@nearframe/shared/lifetime";
import { en } from "./texts/en.ts";
import { createBrowserApp } from "./view-model/app.ts";
import { AppView } from "./views/AppView.tsx";
import { TextsContext } from "./views/use-texts.ts";

const container = document.getElementById("root");
if (!container) throw new Error("index.html has no #root to draw in");

const app = createBrowserApp(new Scope(), window);
createRoot(container).render(
  <StrictMode>
    <TextsContext value={en}>
      <AppView app={app} />
    </TextsContext>
  </StrictMode>,
);
