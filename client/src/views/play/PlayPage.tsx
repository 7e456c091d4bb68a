import { useCallback, useEffect, useState } from "react";
import type { PublicTitle } from "@nearframe/shared/api/titles";
import type { Scope } from "@nearframe/shared/lifetime";
import { exposeDiagnostics } from "../../diagnostics.ts";
import { createBrowserPlay } from "../../play-entry.ts";
import type { App } from "../../view-model/app.ts";
import type { Play } from "../../view-model/play.ts";
import type { PlayView } from "../../view-model/play-view.ts";
import { notePlayed } from "../../view-model/recents.ts";
import { makeTabTitle } from "../../view-model/tab-title.ts";
import { Arriving } from "../Arriving.tsx";
import { useModel } from "../use-model.ts";
import { useTexts } from "../use-texts.ts";
import { PlayStage } from "./PlayStage.tsx";

export { warmUp } from "../../play-entry.ts";

/** Asks for a session at the tap; the page that comes takes it over. */
export function begin(app: App, titleId: string, takesOver: boolean): void {
  app.playAhead.begin(titleId, (scope) => open(scope, app, titleId, { tappedAtMs: performance.now(), takesOver }));
}

function open(scope: Scope, app: App, titleId: string, { tappedAtMs, takesOver }: { tappedAtMs: number; takesOver: boolean }): Play {
  const { link, storage, settings, api } = app;
  return createBrowserPlay(scope, titleId, tappedAtMs, { link, storage, settings: settings.value, api, takesOver });
}

export type PlayPageProps = {
  titleId: string;
  title: PublicTitle | undefined;
  tappedAtMs: number;
  takesOver: boolean;
  app: App;
  onHome: () => void;
};

/** One visit: each try is a session of its own, and leaving the page leaves the session. */
export default function PlayPage({ titleId, title, tappedAtMs, takesOver, app, onHome }: PlayPageProps) {
  const [tries, setTries] = useState({ count: 0, tappedAtMs, takesOver });
  const create = useCallback(
    (scope: Scope) => app.playAhead.take(titleId, scope) ?? open(scope, app, titleId, tries),
    [titleId, tries, app],
  );
  const play = useModel(create);
  const again = useCallback(
    () => setTries(({ count }) => ({ count: count + 1, tappedAtMs: performance.now(), takesOver: false })),
    [],
  );
  useEffect(() => {
    exposeDiagnostics(window, () => play);
    return () => exposeDiagnostics(window, () => undefined);
  }, [play]);

  useEffect(() => play && notePlaying(play, () => app.recents.change((now) => notePlayed(now, titleId, Date.now()))), [play, app, titleId]);

  const texts = useTexts();
  const titleName = title?.name;
  useEffect(() => play && followLine(play, (view) => makeTabTitle(view, titleName, texts)), [play, titleName, texts]);
  useEffect(() => play && holdBack(play, app.router), [play, app]);
  useEffect(() => play && followEnd(play, app.ratings), [play, app]);

  if (!play) return <Arriving title={title} />;
  return <PlayStage key={tries.count} app={app} play={play} title={title} onAgain={again} onReload={app.router.reload} onHome={onHome} />;
}

/** Calls once, when the first frame is there: what never started was not played. */
function notePlaying({ session }: Play, note: () => void): () => void {
  const stop = session.subscribe(() => {
    if (session.value.phase !== "playing") return;
    stop();
    note();
  });
  return stop;
}

/** The tab says the place in line while nobody sees the page. */
function followLine({ view }: Play, titleOf: (view: PlayView) => string | undefined): () => void {
  const own = document.title;
  const follow = () => {
    const next = titleOf(view.value) ?? own;
    if (document.title !== next) document.title = next;
  };
  follow();
  const stop = view.subscribe(follow);
  return () => {
    stop();
    document.title = own;
  };
}

/** Going back is the title's, or opens the menu, which has the way out, for as long as there is a session to lose. */
function holdBack(play: Play, router: App["router"]): () => void {
  let release: (() => void) | undefined;
  const follow = () => {
    const plays = play.session.value.phase === "playing";
    if (plays) {
      release ??= router.holdBack(play.goBack);
    } else {
      release?.();
      release = undefined;
    }
  };
  follow();
  const stop = play.session.subscribe(follow);
  return () => {
    stop();
    release?.();
  };
}

/** When a session that was played is over, the home screen may ask how it was. */
function followEnd({ session }: Play, ratings: App["ratings"]): () => void {
  let last: { sessionId: string; titleName: string; sinceMs: number } | undefined;
  const follow = () => {
    const { value } = session;
    if (value.phase === "playing") last = { sessionId: value.sessionId, titleName: value.title.name, sinceMs: value.sinceMs };
  };
  const stop = session.subscribe(follow);
  return () => {
    stop();
    if (last) ratings.handlePlayed({ sessionId: last.sessionId, titleName: last.titleName }, performance.now() - last.sinceMs);
  };
}
