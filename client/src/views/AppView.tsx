import { lazy, Suspense, useEffect, useState } from "react";
import type { App } from "../view-model/app.ts";
import { homePath, nodePath, pagePath, playPath, type Page } from "../view-model/route.ts";
import { Arriving } from "./Arriving.tsx";
import { HomePage } from "./home/HomePage.tsx";
import { NotFound } from "./NotFound.tsx";
import { withTransition } from "./page-change.ts";
import type { PlayPageProps } from "./play/PlayPage.tsx";
import { useBehavior } from "./use-behavior.ts";

/** The player's part, once it is here. */
let playPage: Awaited<ReturnType<typeof loadPlayPage>> | undefined;
const loadPlayPage = () => import("./play/PlayPage.tsx");
const LatePlayPage = lazy(loadPlayPage);
const VisitPage = lazy(() => import("./friends/VisitPage.tsx"));
const NodesPage = lazy(() => import("./nodes/NodesPage.tsx"));
const ShellPages = lazy(() => import("./ShellPages.tsx"));

/** Which page is shown. The player's part is fetched while the first page is looked at. */
export function AppView({ app }: { app: App }) {
  const route = useBehavior(app.router.route);
  const catalogue = useBehavior(app.catalogue.state);
  useWarmUp();
  const { router } = app;
  const open = (titleId: string, pressed: Element, takesOver = false) => {
    playPage?.begin(app, titleId, takesOver);
    withTransition(() => router.go(playPath(titleId), { takesOver }), pressed);
  };
  const goTo = (page: Page) => withTransition(() => router.go(pagePath(page)));

  switch (route.page) {
    case "home":
      return <HomePage app={app} onPlay={open} onPage={goTo} />;
    case "search":
    case "recents":
    case "settings":
    case "continue":
      return (
        <Suspense fallback={null}>
          <ShellPages page={route.page} app={app} onPlay={open} onPage={goTo} onBack={() => withTransition(router.back)} />
        </Suspense>
      );
    case "nodes":
    case "node":
      return (
        <Suspense fallback={null}>
          <NodesPage
            app={app}
            nodeId={route.page === "node" ? route.nodeId : undefined}
            onNode={(nodeId) => withTransition(() => router.go(nodePath(nodeId)))}
            onBack={() => withTransition(router.back)}
          />
        </Suspense>
      );
    case "play": {
      const title = catalogue.is === "ready" ? catalogue.titles.find(({ id }) => id === route.titleId) : undefined;
      return (
        <Suspense fallback={<Arriving title={title} />}>
          <PlayPart
            key={route.titleId}
            app={app}
            titleId={route.titleId}
            title={title}
            tappedAtMs={router.arrivedAtMs}
            takesOver={router.takesOver}
            onHome={() => withTransition(() => router.go(homePath))}
          />
        </Suspense>
      );
    }
    case "join":
    case "pad":
      return (
        <Suspense fallback={<Arriving title={undefined} />}>
          <VisitPage key={route.code} app={app} code={route.code} asPad={route.page === "pad"} onHome={() => goTo("home")} />
        </Suspense>
      );
    case "unknown":
      return <NotFound path={route.path} onHome={() => goTo("home")} />;
  }
}

/** What is here already is shown at once: after a fallback, even one that nobody saw, React holds content back for 300 ms. */
function PlayPart(props: PlayPageProps) {
  const [Part] = useState(() => playPage?.default ?? LatePlayPage);
  return <Part {...props} />;
}

function useWarmUp(): void {
  useEffect(() => {
    const warm = () => {
      void loadPlayPage().then((loaded) => {
        playPage = loaded;
        loaded.warmUp();
      });
      void import("./ShellPages.tsx");
    };
    if (!("requestIdleCallback" in window)) return warm();
    const waiting = requestIdleCallback(warm, { timeout: 3_000 });
    return () => cancelIdleCallback(waiting);
  }, []);
}
