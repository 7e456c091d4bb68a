import { lazy, Suspense, useCallback, useEffect, useRef, useState, type CSSProperties } from "react";
import type { PublicTitle } from "@nearframe/shared/api/titles";
import type { Sense } from "@nearframe/shared/title/senses";
import { makeFailureView, type FailureAction } from "../../view-model/failure.ts";
import type { App } from "../../view-model/app.ts";
import type { Chrome } from "../../view-model/chrome.ts";
import { controlsOf } from "../../view-model/control-layout.ts";
import type { Play } from "../../view-model/play.ts";
import type { PlayControls } from "../../view-model/play-controls.ts";
import { useBehavior } from "../use-behavior.ts";
import { useTexts } from "../use-texts.ts";
import { Failure } from "./Failure.tsx";
import { Loading } from "./Loading.tsx";
import { PlayChrome } from "./PlayChrome.tsx";
import styles from "./PlayStage.module.css";
import { makeStatsView } from "../../view-model/stats-view.ts";
import { connectionOf } from "../../view-model/verdict.ts";
import { LatencyGraph } from "./LatencyGraph.tsx";
import { StatsPanel } from "./StatsPanel.tsx";
import { AgentInUse, AgentPanel } from "./AgentPanel.tsx";
import { ControlsEditor } from "./ControlsEditor.tsx";
import { Paused } from "./Paused.tsx";
import { PadSheet } from "./PadSheet.tsx";
import { ProblemSheet } from "./ProblemSheet.tsx";
import { SensesInUse, SensesPanel } from "./SensesPanel.tsx";
import { saveFile } from "./save-file.ts";
import { showLook } from "./show-look.ts";
import { TouchControls } from "./TouchControls.tsx";
import { TypingBar } from "./TypingBar.tsx";

/** What of the page the stage shows and switches. */
type StageApp = Pick<App, "device" | "settings" | "link" | "storage">;
type PlayStageProps = { app: StageApp; play: Play; title: PublicTitle | undefined; onAgain: () => void; onReload: () => void; onHome: () => void };

/** The picture and all that may lie over it. The elements belong to React, what is in them to the play. */
export function PlayStage({ app, play, title, onAgain, onReload, onHome }: PlayStageProps) {
  const texts = useTexts();
  const view = useBehavior(play.view);
  const chrome = useBehavior(play.chrome);
  const { dataSaver } = useBehavior(app.settings.value);
  const root = useRef<HTMLDivElement>(null);
  const surface = useRef<HTMLDivElement>(null);
  const safe = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const audio = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    if (!root.current || !surface.current || !safe.current || !video.current || !audio.current) return;
    const safeArea = safe.current;
    return play.mount({
      root: root.current,
      surface: surface.current,
      video: video.current,
      audio: audio.current,
      safeBox: () => safeArea.getBoundingClientRect(),
      onLook: (look) => showLook(safeArea, look),
    });
  }, [play]);

  const act = (action: FailureAction) => {
    if (action === "again" || action === "play-again") onAgain();
    else if (action === "take-over") play.takeOver();
    else if (action === "reload") onReload();
    else onHome();
  };
  const leave = () => {
    play.leave();
    onHome();
  };
  const name = title?.name ?? (view.scene === "playing" ? view.title.name : "");

  return (
    <main
      className={styles.root}
      ref={root}
      data-theme="dark"
      data-moving={view.scene === "playing" && view.trouble === "moving"}
      data-handheld={view.scene === "playing" && view.handheld}
      data-ways={view.scene === "playing" && view.ways !== undefined}
      style={view.scene === "playing" ? ({ "--shape": view.title.size.width / view.title.size.height } as CSSProperties) : undefined}
    >
      <div className={styles.surface} ref={surface} role="application" aria-label={texts.play.stage(name)}>
        {/* oxlint-disable-next-line jsx-a11y/media-has-caption -- a title's own picture, live: there is no text to show with it */}
        <video ref={video} className={styles.video} muted playsInline autoPlay disablePictureInPicture tabIndex={-1} />
        {/* oxlint-disable-next-line jsx-a11y/media-has-caption -- a title's own sound, live */}
        <audio ref={audio} />
      </div>
      <div className={styles.safe} ref={safe} aria-hidden="true">
        {view.scene === "playing" && view.controlsShown && chrome.arranging !== "controls" && <LiveControls controls={play.controls} />}
      </div>
      {view.scene === "playing" && (
        <>
          {chrome.statsOpen && <LiveStats play={play} app={app} />}
          <PlayChrome
            view={view}
            chrome={chrome}
            onMenu={play.toggleMenu}
            onMenuClosed={play.closeMenu}
            onSound={play.toggleSound}
            onStats={play.toggleStats}
            onFullscreen={play.toggleFullscreen}
            dataSaver={dataSaver}
            onDataSaver={() => app.settings.change((now) => ({ ...now, dataSaver: !now.dataSaver }))}
            onTyping={view.title.input.keyboard ? play.toggleTyping : undefined}
            onArrangeControls={controlsOf(view.title.input).length > 0 ? () => play.arrange("controls") : undefined}
            onArrangePad={() => play.arrange("pad")}
            onFriends={() => play.arrange("friends")}
            onProblem={() => play.arrange("problem")}
            onWay={play.pressKeys}
            onKey={play.pressKey}
            onLeave={leave}
            extras={
              <>
                <LiveSenses play={play} />
                {view.title.agents && <LiveAgent play={play} />}
              </>
            }
          />
          <LiveSensesInUse play={play} />
          <LiveAgentInUse play={play} />
        </>
      )}
      {view.scene === "playing" && chrome.paused && <Paused why={chrome.paused} onWake={play.wake} />}
      {view.scene === "playing" && <Tools play={play} chrome={chrome} />}
      {view.scene === "loading" && <Loading view={view} title={title} thrifty={dataSaver} onLeave={leave} />}
      {view.scene === "over" && (
        <Failure view={makeFailureView(view.outcome, texts.failure)} art={title?.art.hero} onAction={act} onProblem={() => play.arrange("problem")} />
      )}
      {chrome.arranging === "problem" && <LiveProblem play={play} />}
      <LiveFriends app={app} play={play} wanted={view.scene === "playing" && chrome.arranging === "friends"} />
    </main>
  );
}

/** What a player may have in hand over the picture, one at a time. */
function Tools({ play, chrome }: { play: Play; chrome: Chrome }) {
  const { controls } = play;
  const { parts, opacity, padMap } = useBehavior(controls.view);
  if (chrome.typing) {
    return <TypingBar mountField={play.mountField} readClipboard={() => navigator.clipboard.readText()} kind={chrome.field} onClose={play.toggleTyping} />;
  }
  switch (chrome.arranging) {
    case "nothing":
    case "problem":
    case "friends":
      return null;
    case "pad":
      return <PadSheet map={padMap} onChange={controls.setPadMap} onClose={() => play.arrange("nothing")} />;
    case "controls":
      return (
        <ControlsEditor
          view={{ parts, opacity }}
          onChange={controls.changePart}
          onOpacity={controls.setOpacity}
          onReset={controls.reset}
          onExport={() => saveFile("nearframe-controls.json", controls.exported())}
          onImport={controls.import}
          onDone={() => play.arrange("nothing")}
        />
      );
  }
}

const PlayFriends = lazy(() => import("../friends/PlayFriends.tsx"));

/** Fetched with the first friend, whether this player asks for one or one is there already. */
function LiveFriends({ app, play, wanted }: { app: StageApp; play: Play; wanted: boolean }) {
  const [met, setMet] = useState(false);
  const { link } = app;
  useEffect(() => link.onMessage((message) => message.type === "session.company" && message.members.length > 1 && setMet(true)), [link]);
  const close = useCallback(() => play.arrange("nothing"), [play]);
  if (wanted && !met) setMet(true);
  if (!met) return null;
  return (
    <Suspense fallback={null}>
      <PlayFriends app={app} play={play} open={wanted} onClose={close} />
    </Suspense>
  );
}

function LiveProblem({ play }: { play: Play }) {
  const { problems } = play;
  const close = useCallback(() => {
    play.arrange("nothing");
    if (play.problems.state.value.is !== "sending") play.problems.dismiss();
  }, [play]);
  return <ProblemSheet state={useBehavior(problems.state)} onSend={(complaint) => void problems.send(complaint)} onClose={close} />;
}

function LiveControls({ controls }: { controls: PlayControls }) {
  const { parts, opacity } = useBehavior(controls.view);
  return <TouchControls controls={parts.filter(({ hidden }) => !hidden).map(({ control }) => control)} opacity={opacity} />;
}

const senseSwitch =
  ({ senses }: Play) =>
  (sense: Sense, on: boolean) =>
    on ? senses.grant(sense) : senses.revoke(sense);

function LiveSenses({ play }: { play: Play }) {
  const { view, setExactPlace, setFacing } = play.senses;
  return <SensesPanel view={useBehavior(view)} onSense={senseSwitch(play)} onExactPlace={setExactPlace} onFacing={setFacing} />;
}

function LiveSensesInUse({ play }: { play: Play }) {
  return <SensesInUse view={useBehavior(play.senses.view)} onSense={senseSwitch(play)} />;
}

function LiveAgent({ play }: { play: Play }) {
  return <AgentPanel view={useBehavior(play.agent.view)} onGive={play.agent.give} onTakeBack={play.agent.takeBack} />;
}

function LiveAgentInUse({ play }: { play: Play }) {
  return <AgentInUse view={useBehavior(play.agent.view)} onTakeBack={play.agent.takeBack} />;
}

/** Takes the figures by itself, so that a new second draws this panel and nothing else. */
function LiveStats({ play, app }: { play: Play; app: StageApp }) {
  const { battery } = useBehavior(app.device.facts);
  const figures = useBehavior(play.figures);
  const view = makeStatsView(figures, { connection: connectionOf(navigator), battery }, useTexts().stats);
  return <StatsPanel view={view} graph={<LatencyGraph figures={play.figures} />} />;
}
