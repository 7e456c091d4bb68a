// Starts the page: the one place that knows the real window and React's root.

import "@fontsource-variable/familjen-grotesk/wght.css";
import "./views/base.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Scope } from "@nearframe/shared/lifetime";
import { loadTexts } from "./texts/load-texts.ts";
import { createBrowserApp } from "./view-model/app.ts";
import { chooseLanguage } from "./view-model/settings.ts";
import { AppView } from "./views/AppView.tsx";
import { Localized } from "./views/Localized.tsx";

const container = document.getElementById("root");
if (!container) throw new Error("index.html has no #root to draw in");

const app = createBrowserApp(new Scope(), window);
const language = chooseLanguage(app.settings.value.value.language, navigator.languages);
// Waited for, so that nobody reads one language and then another; English is there already.
const texts = await loadTexts(language);
createRoot(container).render(
  <StrictMode>
    <Localized settings={app.settings.value} initial={texts}>
      <AppView app={app} />
    </Localized>
  </StrictMode>,
);

if (import.meta.env.PROD && "serviceWorker" in navigator) {
  navigator.serviceWorker.register("/service-worker.js").catch((error: unknown) => {
    // The page works without; only the offline page and the installed app's speed are missing.
    console.info("nearframe: no service worker:", error);
  });
}
