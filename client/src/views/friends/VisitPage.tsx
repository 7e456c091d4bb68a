import { useCallback, useEffect, useRef, useState } from "react";
import { hasPad, type GuestRole } from "@nearframe/shared/friends/roles";
import type { Scope } from "@nearframe/shared/lifetime";
import { createFriendsSettings } from "../../friends/friends-settings.ts";
import type { Visit } from "../../friends/guest-transition.ts";
import { WHOLE_PAD } from "../../friends/pad-layout.ts";
import { createBrowserVisit, type VisitModel } from "../../friends/visit-model.ts";
import type { App } from "../../view-model/app.ts";
import { Arriving } from "../Arriving.tsx";
import { showLook } from "../play/show-look.ts";
import { Sheet } from "../parts/Sheet.tsx";
import { TouchControls } from "../play/TouchControls.tsx";
import { useBehavior } from "../use-behavior.ts";
import { useModel } from "../use-model.ts";
import styles from "./Visit.module.css";
import { PadFrame, VisitOver, WatchFrame } from "./VisitViews.tsx";
import { useFriendsTexts } from "./use-friends-texts.ts";
import { VoicePanel } from "./VoicePanel.tsx";

type VisitPageProps = { app: App; code: string; asPad: boolean; onHome: () => void };

/** Somebody else's session, by a link. What it shows depends on what the link is for. */
export default function VisitPage({ app, code, asPad, onHome }: VisitPageProps) {
  const { link, settings } = app;
  const [friends] = useState(() => createFriendsSettings(app.storage));
  const create = useCallback(
    (scope: Scope) => createBrowserVisit(scope, code, { link, settings: settings.value, friends: friends.value }),
    [code, link, settings, friends],
  );
  const model = useModel(create);
  if (!model) return <Arriving title={undefined} />;
  return <LiveVisit model={model} friends={friends} asPad={asPad} onHome={onHome} />;
}

type LiveVisitProps = { model: VisitModel; friends: ReturnType<typeof createFriendsSettings>; asPad: boolean; onHome: () => void };

function LiveVisit({ model, friends, asPad, onHome }: LiveVisitProps) {
  const visit = useBehavior(model.visit);
  const [talking, setTalking] = useState(false);
  const closeTalk = useCallback(() => setTalking(false), []);
  if (visit.is === "over") return <VisitOver why={visit.why} detail={visit.detail} onHome={onHome} />;
  const role: GuestRole = visit.place?.role ?? (asPad ? "controller" : "watch");
  return (
    <>
      {role === "controller" ? <LivePad model={model} visit={visit} /> : <LiveWatch model={model} visit={visit} onTalk={() => setTalking(true)} />}
      {talking && <Talk model={model} friends={friends} onClose={closeTalk} />}
    </>
  );
}

type Here = Exclude<Visit, { is: "over" }>;

function LiveWatch({ model, visit, onTalk }: { model: VisitModel; visit: Here; onTalk: () => void }) {
  const sound = useBehavior(model.sound);
  const padCount = useBehavior(model.padCount);
  const voice = useBehavior(model.voice.state);
  const company = useBehavior(model.company.state);
  const [touching, setTouching] = useState(false);
  const video = useRef<HTMLVideoElement>(null);
  const audio = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    if (video.current && audio.current) return model.mountScreen({ video: video.current, audio: audio.current });
    return undefined;
  }, [model]);
  const plays = visit.place !== undefined && hasPad(visit.place.role);
  return (
    <WatchFrame
      visit={visit} sound={sound} padCount={padCount} speaking={voice.speaking.size} members={company.members.length}
      holdsTalk={voice.is === "on" && !voice.alwaysOn} sending={voice.sending}
      onTouch={() => plays && setTouching(true)} onSound={model.playSound} onTalk={onTalk} onHold={model.voice.hold} onLeave={model.leave}
    >
      {/* oxlint-disable-next-line jsx-a11y/media-has-caption -- a title's own picture, live: there is no text to show with it */}
      <video ref={video} className={styles.video} muted playsInline autoPlay disablePictureInPicture tabIndex={-1} />
      {/* oxlint-disable-next-line jsx-a11y/media-has-caption -- a title's own sound, live */}
      <audio ref={audio} />
      {plays && touching && padCount === 0 && <DrawnPad model={model} />}
    </WatchFrame>
  );
}

function LivePad({ model, visit }: { model: VisitModel; visit: Here }) {
  const way = useBehavior(model.padWay);
  return (
    <PadFrame visit={visit} way={way} onLeave={model.leave}>
      <DrawnPad model={model} />
    </PadFrame>
  );
}

/** The parts are drawn here and felt by the surface that they lie on, past React. */
function DrawnPad({ model }: { model: VisitModel }) {
  const { padPage } = useFriendsTexts();
  const controls = WHOLE_PAD[useBehavior(model.orientation)];
  const surface = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = surface.current;
    if (!element) return undefined;
    return model.hands.mount({
      element, controls, safeBox: () => element.getBoundingClientRect(), onLook: (look) => showLook(element, look),
    });
  }, [model, controls]);
  return (
    <div ref={surface} className={styles.pad} role="application" aria-label={padPage.surface}>
      <TouchControls controls={controls} />
    </div>
  );
}

function Talk({ model, friends, onClose }: { model: VisitModel; friends: ReturnType<typeof createFriendsSettings>; onClose: () => void }) {
  const texts = useFriendsTexts();
  const company = useBehavior(model.company.state);
  const voice = useBehavior(model.voice.state);
  const { quietTitle } = useBehavior(friends.value);
  return (
    <Sheet label={texts.voice.title} onClose={onClose}>
      <VoicePanel
        company={company} voice={voice} quietTitle={quietTitle}
        onJoinVoice={model.voice.join} onLeaveVoice={model.voice.leave} onHold={model.voice.hold}
        onAlwaysOn={model.voice.setAlwaysOn} onMute={model.voice.setMuted}
        onQuietTitle={(on) => friends.change((now) => ({ ...now, quietTitle: on }))}
      />
    </Sheet>
  );
}
