import { lazy, Suspense, useEffect, useState } from "react";
import type { App } from "../view-model/app.ts";
import { makeHomeView } from "../view-model/home-view.ts";
import { homePath, playPath } from "../view-model/route.ts";
import { Home } from "./home/Home.tsx";
import { NotFound } from "./NotFound.tsx";
import { Arriving } from "./Arriving.tsx";
import { useBehavior } from "./use-behavior.ts";

const loadPlayPage = () => import("./play/PlayPage.tsx");
const PlayPage = lazy(loadPlayPage);

/** Which page is shown. The player's part is fetched while the first page is looked at. */
export function AppView({ app }: { app: App }) {
  const route = useBehavior(app.router.route);
  const catalogue = useBehavior(app.catalogue.state);
  const status = useBehavior(app.link.status);
  const [category, setCategory] = useState<string>();
  const [lookedAt, setLookedAt] = useState<string>();
  useWarmUp();

  switch (route.page) {
    case "home":
      return (
        <Home
          view={makeHomeView(catalogue, status.is === "open" ? status.held : [], { category, titleId: lookedAt })}
          onPlay={(titleId) => app.router.go(playPath(titleId))}
          onLookAt={setLookedAt}
          onCategory={setCategory}
          onRetry={app.catalogue.retry}
        />
      );
    case "play": {
      const title = catalogue.is === "ready" ? catalogue.titles.find(({ id }) => id === route.titleId) : undefined;
      return (
        <Suspense fallback={<Arriving title={title} />}>
          <PlayPage
            key={route.titleId}
            titleId={route.titleId}
            title={title}
            tappedAtMs={app.router.arrivedAtMs}
            link={app.link}
            onReload={app.router.reload}
            onHome={() => app.router.go(homePath)}
          />
        </Suspense>
      );
    }
    case "unknown":
      return <NotFound path={route.path} onHome={() => app.router.go(homePath)} />;
  }
}

function useWarmUp(): void {
  useEffect(() => {
    const warm = () => void loadPlayPage().then(({ warmUp }) => warmUp());
    if (!("requestIdleCallback" in window)) return warm();
    const waiting = requestIdleCallback(warm, { timeout: 3_000 });
    return () => cancelIdleCallback(waiting);
  }, []);
}
