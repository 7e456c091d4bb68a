import { lazy, Suspense, useCallback, useState } from "react";
import type { PublicTitle } from "@nearframe/shared/api/titles";
import { makeFolder, pinToDock, putInFolder, renameFolder, takeFromDock, takeFromFolder } from "../../view-model/arrangement.ts";
import type { App } from "../../view-model/app.ts";
import { makeHomeView, makeLockView } from "../../view-model/home-view.ts";
import { playPath, type Page } from "../../view-model/route.ts";
import { saveOptions } from "../../view-model/save-choices.ts";
import { withTransition } from "../page-change.ts";
import { shareLink } from "../share-link.ts";
import { useBehavior } from "../use-behavior.ts";
import { useTexts } from "../use-texts.ts";
import { Home } from "./Home.tsx";
import { LockScreen } from "./LockScreen.tsx";

// Nobody's first look is at these.
const RatingSheet = lazy(async () => ({ default: (await import("./RatingSheet.tsx")).RatingSheet }));
const SavesSheet = lazy(async () => ({ default: (await import("./SavesSheet.tsx")).SavesSheet }));

type HomePageProps = {
  app: App;
  onPlay: (titleId: string, pressed: Element, takesOver?: boolean) => void;
  onPage: (page: Page) => void;
};

/** A title whose saves have parted, and whether it is to be played after the choice. */
type Choosing = { titleId: string; afterwards: (() => void) | undefined };

/** Joins the home screen to what it shows and changes. */
export function HomePage({ app, onPlay, onPage }: HomePageProps) {
  const catalogue = useBehavior(app.catalogue.state);
  const status = useBehavior(app.link.status);
  const facts = useBehavior(app.device.facts);
  const recents = useBehavior(app.recents.value);
  const arrangement = useBehavior(app.arrangement.value);
  const diverged = useBehavior(app.saves.diverged);
  const locked = useBehavior(app.lock.locked);
  const [category, setCategory] = useState<string>();
  const [lookedAt, setLookedAt] = useState<string>();
  const [choosing, setChoosing] = useState<Choosing>();
  const { sheet } = useTexts();
  const view = makeHomeView({
    catalogue, recents, arrangement,
    held: status.is === "open" ? status.held : [],
    parted: diverged.map(({ titleId }) => titleId),
    wanted: { category, titleId: lookedAt },
  });
  const dock = view.is === "ready" ? view.dock.map(({ id }) => id) : [];
  const { change } = app.arrangement;
  const rated = useBehavior(app.ratings.asked);
  const line = !facts.online ? "offline" : status.is === "open" ? "connected" : "connecting";
  // From which save is asked before it is played, not after.
  const play = (titleId: string, pressed: Element, takesOver?: boolean) => {
    const start = () => onPlay(titleId, pressed, takesOver);
    const begins = status.is !== "open" || !status.held.some((session) => session.titleId === titleId);
    if (begins && diverged.some((title) => title.titleId === titleId)) setChoosing({ titleId, afterwards: start });
    else start();
  };
  const unlock = useCallback(() => withTransition(app.lock.unlock), [app]);
  // The same each time: the sheet opens anew with another way to close.
  const endChoice = useCallback(() => setChoosing(undefined), []);
  const openSaves = (titleId: string) => {
    app.lock.unlock();
    setChoosing({ titleId, afterwards: undefined });
  };
  if (locked) {
    return <LockScreen view={makeLockView(view)} line={line} facts={facts} onOpen={unlock} onPlay={play} onSaves={openSaves} />;
  }
  return (
    <>
      <Home
        view={view}
        line={line}
        facts={facts}
        folders={arrangement.folders}
        onPlay={play}
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
        onShare={({ id, name }) => shareLink(window, playPath(id), sheet.shareText(name))}
        onPage={onPage}
        onRetry={app.catalogue.retry}
        onSaves={openSaves}
      />
      <Suspense fallback={null}>
        {rated && <RatingSheet titleName={rated.titleName} onSend={app.ratings.send} onClose={app.ratings.dismiss} />}
        {choosing && catalogue.is === "ready" && (
          <Choice key={choosing.titleId} app={app} titles={catalogue.titles} choosing={choosing} onDone={endChoice} />
        )}
      </Suspense>
    </>
  );
}

type ChoiceProps = { app: App; titles: readonly PublicTitle[]; choosing: Choosing; onDone: () => void };

function Choice({ app, titles, choosing: { titleId, afterwards }, onDone }: ChoiceProps) {
  const saves = useBehavior(app.saves.diverged).find((each) => each.titleId === titleId);
  const title = titles.find(({ id }) => id === titleId);
  const done = () => {
    onDone();
    afterwards?.();
  };
  if (!saves || !title) return null;
  const choose = async (saveId: string) => {
    await app.saves.choose(titleId, saveId);
    done();
  };
  return <SavesSheet title={title} options={saveOptions(saves)} onChoose={choose} onLater={done} onClose={onDone} />;
}
