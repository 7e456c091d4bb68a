import { useState } from "react";
import type { App } from "../../view-model/app.ts";
import { makeFolder, pinToDock, putInFolder, renameFolder, takeFromDock, takeFromFolder } from "../../view-model/arrangement.ts";
import { makeHomeView } from "../../view-model/home-view.ts";
import type { Page } from "../../view-model/route.ts";
import { useBehavior } from "../use-behavior.ts";
import { Home } from "./Home.tsx";
import { RatingSheet } from "./RatingSheet.tsx";

type HomePageProps = {
  app: App;
  onPlay: (titleId: string, pressed: Element) => void;
  onPage: (page: Page) => void;
};

/** Joins the home screen to what it shows and changes. */
export function HomePage({ app, onPlay, onPage }: HomePageProps) {
  const catalogue = useBehavior(app.catalogue.state);
  const status = useBehavior(app.link.status);
  const facts = useBehavior(app.device.facts);
  const recents = useBehavior(app.recents.value);
  const arrangement = useBehavior(app.arrangement.value);
  const [category, setCategory] = useState<string>();
  const [lookedAt, setLookedAt] = useState<string>();
  const view = makeHomeView({
    catalogue, recents, arrangement,
    held: status.is === "open" ? status.held : [],
    wanted: { category, titleId: lookedAt },
  });
  const dock = view.is === "ready" ? view.dock.map(({ id }) => id) : [];
  const { change } = app.arrangement;
  const rated = useBehavior(app.ratings.asked);
  return (
    <>
      <Home
        view={view}
        line={!facts.online ? "offline" : status.is === "open" ? "connected" : "connecting"}
        facts={facts}
        folders={arrangement.folders}
        onPlay={onPlay}
        onLookAt={setLookedAt}
        onCategory={setCategory}
        onPin={(titleId, pinned) => change((now) => (pinned ? pinToDock(now, dock, titleId) : takeFromDock(now, dock, titleId)))}
        onFolder={(titleId, folder) =>
          change((now) => {
            if (!folder) return takeFromFolder(now, titleId);
            return "id" in folder ? putInFolder(now, titleId, folder.id) : makeFolder(now, titleId, folder.name, crypto.randomUUID());
          })
        }
        onRenameFolder={(folderId, name) => change((now) => renameFolder(now, folderId, name))}
        onPage={onPage}
        onRetry={app.catalogue.retry}
      />
      {rated && <RatingSheet titleName={rated.titleName} onSend={app.ratings.send} onClose={app.ratings.dismiss} />}
    </>
  );
}
