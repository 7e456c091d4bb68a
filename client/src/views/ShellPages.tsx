import { useCallback, useState } from "react";
import type { Scope } from "@nearframe/shared/lifetime";
import { browserTimers } from "../timers.ts";
import type { App } from "../view-model/app.ts";
import { createHandoff, type Handoff as HandoffModel } from "../view-model/handoff.ts";
import { makeRecentsView } from "../view-model/home-view.ts";
import { forgetPlayed } from "../view-model/recents.ts";
import { pagePath, type Page } from "../view-model/route.ts";
import { Recents } from "./recents/Recents.tsx";
import { Search } from "./search/Search.tsx";
import { RefusedError } from "../view-model/server-api.ts";
import { Continue, type TakeState } from "./settings/Continue.tsx";
import { HandoffSheet } from "./settings/HandoffSheet.tsx";
import { shareLink } from "./share-link.ts";
import { Settings } from "./settings/Settings.tsx";
import { useBehavior } from "./use-behavior.ts";
import { useModel } from "./use-model.ts";
import { useTexts } from "./use-texts.ts";

type ShellPagesProps = {
  page: Exclude<Page, "home" | "nodes">;
  app: App;
  onPlay: (titleId: string, pressed: Element) => void;
  onPage: (page: Page) => void;
  onBack: () => void;
};

/** The pages behind the home screen. Loaded apart: nobody's first look is at the settings. */
export default function ShellPages({ page, app, onPlay, onPage, onBack }: ShellPagesProps) {
  const catalogue = useBehavior(app.catalogue.state);
  const status = useBehavior(app.link.status);
  const recents = useBehavior(app.recents.value);
  const settings = useBehavior(app.settings.value);
  const facts = useBehavior(app.device.facts);
  const [handingOff, setHandingOff] = useState(false);
  const endHandoff = useCallback(() => setHandingOff(false), []);
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
        <>
        <Settings
          settings={settings}
          facts={facts}
          onChange={(change) => app.settings.change((now) => ({ ...now, ...change }))}
          onInstall={() => void app.device.install()}
          onHandOff={() => setHandingOff(true)}
          onTakeOver={() => onPage("continue")}
          onNodes={() => onPage("nodes")}
          onBack={onBack}
        />
        {handingOff && <Handoff app={app} onClose={endHandoff} />}
        </>
      );
    case "continue":
      return <TakeOver app={app} onBack={onBack} />;
  }
}

function Handoff({ app, onClose }: { app: App; onClose: () => void }) {
  const { handoff: texts } = useTexts();
  const handoff = useModel(useCallback((scope: Scope) => createHandoff(scope, { api: app.api, timers: browserTimers }), [app]));
  if (!handoff) return null;
  const address = `${window.location.host}${pagePath("continue")}`;
  const linkOf = (code: string) => `${window.location.origin}${pagePath("continue")}#${code}`;
  return (
    <LiveHandoff
      handoff={handoff} address={address} linkOf={linkOf} onClose={onClose}
      onShare={(code) => void shareLink(window, `${pagePath("continue")}#${code}`, texts.title)}
    />
  );
}

type LiveHandoffProps = { handoff: HandoffModel; address: string; linkOf: (code: string) => string; onClose: () => void; onShare: (code: string) => void };

function LiveHandoff({ handoff, ...more }: LiveHandoffProps) {
  return <HandoffSheet state={useBehavior(handoff.state)} nowMs={browserTimers.wallMs} onAgain={handoff.again} {...more} />;
}

const NOT_FOUND = 404;

/** The code may come in the address, as by a link; it is typed else. */
function TakeOver({ app, onBack }: { app: App; onBack: () => void }) {
  const [state, setState] = useState<TakeState>("typing");
  const take = async (code: string) => {
    setState("taking");
    try {
      app.become(await app.api.takeHandoff(code));
    } catch (error) {
      console.info("nearframe: the code was not taken:", error);
      setState(error instanceof RefusedError && error.status === NOT_FOUND ? "unknown" : "unreachable");
    }
  };
  return <Continue state={state} initialCode={window.location.hash.slice(1)} onTake={(code) => void take(code)} onBack={onBack} />;
}
