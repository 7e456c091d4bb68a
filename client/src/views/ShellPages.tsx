import { useState } from "react";
import type { App } from "../view-model/app.ts";
import { makeRecentsView } from "../view-model/home-view.ts";
import { forgetPlayed } from "../view-model/recents.ts";
import type { Page } from "../view-model/route.ts";
import { Recents } from "./recents/Recents.tsx";
import { Search } from "./search/Search.tsx";
import { Settings } from "./settings/Settings.tsx";
import { useBehavior } from "./use-behavior.ts";

type ShellPagesProps = {
  page: Exclude<Page, "home">;
  app: App;
  onPlay: (titleId: string, pressed: Element) => void;
  onBack: () => void;
};

/** The pages behind the home screen. Loaded apart: nobody's first look is at the settings. */
export default function ShellPages({ page, app, onPlay, onBack }: ShellPagesProps) {
  const catalogue = useBehavior(app.catalogue.state);
  const status = useBehavior(app.link.status);
  const recents = useBehavior(app.recents.value);
  const settings = useBehavior(app.settings.value);
  const facts = useBehavior(app.device.facts);
  const [openedAtMs] = useState(() => Date.now());
  const titles = catalogue.is === "ready" ? catalogue.titles : [];
  switch (page) {
    case "search":
      return <Search titles={titles} onPlay={onPlay} onBack={onBack} />;
    case "recents":
      return (
        <Recents
          recents={makeRecentsView(titles, status.is === "open" ? status.held : [], recents)}
          nowMs={openedAtMs}
          onPlay={onPlay}
          onForget={(titleId) => app.recents.change((now) => forgetPlayed(now, titleId))}
          onBack={onBack}
        />
      );
    case "settings":
      return (
        <Settings
          settings={settings}
          facts={facts}
          onChange={(change) => app.settings.change((now) => ({ ...now, ...change }))}
          onInstall={() => void app.device.install()}
          onBack={onBack}
        />
      );
  }
}
