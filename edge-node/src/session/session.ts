// Runs one session on this node: opens its parts, tells the machine in
// `transition.ts` what happens to them, and does what it answers.
//
// Everything a session has hangs on one scope and closes with it, newest first:
// title before sound and display, so that nothing sees its screen vanish.

import { randomInt } from "node:crypto";
import { join } from "node:path";
import type { Clock } from "@nearframe/shared/clock";
import type { Scope } from "@nearframe/shared/lifetime";
import type { ProbeResult } from "@nearframe/shared/probe/probe-result";
import type { Device } from "@nearframe/shared/protocol/client-to-server";
import type { Offer, SignalCall } from "@nearframe/shared/protocol/media";
import type { SaveGrant } from "@nearframe/shared/saves/save-grant";
import { EndReason } from "@nearframe/shared/session/end-reasons";
import type { StartStep } from "@nearframe/shared/session/start-steps";
import type { NodeSample } from "@nearframe/shared/telemetry/samples";
import { idlePolicyOf } from "@nearframe/shared/title/idle-policy";
import { START_TIMEOUT_S_DEFAULT, type Title } from "@nearframe/shared/title/manifest";
import type { TitleSource } from "@nearframe/shared/title-store/package";
import { createAgentDoor } from "../agent/agent-door.ts";
import { bridgesTouches, bridgeTouches } from "../input/bridged-touches.ts";
import { mapPads } from "../input/mapped-pads.ts";
import { createInputMark, machineMs } from "../input/mark.ts";
import { createPlayerInput, type PlayerInput } from "../input/player-input.ts";
import type { InputSink, OpenInputSink } from "../input/ports.ts";
import type { Rumble } from "../input/rumble.ts";
import { isMotion } from "@nearframe/shared/input/motion";
import { removeFolder } from "../process/private-folder.ts";
import { HOME_FOLDER } from "../title/home.ts";
import { openColdStage, type Stage } from "./cold-stage.ts";
import { createGuests, type GuestEvents, type Guests } from "./guests.ts";
import { createIdleWatch } from "./idle-watch.ts";
import { CommandMissingError, type FindTitle, type KeepSaves, type KeptSaves, type LaunchTitle, type OpenDisplay, type OpenSound, type Display, type RunningTitle, type Sound, type WarmTitle, type WarmTitles } from "./ports.ts";
import { blame, describe, PartError, type Part } from "./part-error.ts";
import { createClipboard } from "./clipboard.ts";
import { createTitleLink, type Microphone } from "./title-link.ts";
import { createProbeAnswers } from "./probe-answers.ts";
import { createStream, NoCommonCodecError, type StreamPorts } from "./stream.ts";
import { deadlineOf, openSession, prepareSession, transition, type Session, type SessionEffect, type SessionEvent } from "./transition.ts";

export type SessionPorts = Omit<StreamPorts, "nowMs" | "log"> & {
  openDisplay: OpenDisplay;
  openSound: OpenSound;
  launchTitle: LaunchTitle;
  openInputSink: OpenInputSink;
  /** A JPEG; rejects where there is no screen, or none that can be read. */
  takePicture(display: Display | undefined, widthMax: number): Promise<Buffer>;
  /** Costs nothing until the player grants it. */
  openMicrophone(sound: Sound, scope: Scope): Microphone;
  findTitle: FindTitle;
  keepSaves: KeepSaves;
  warm: WarmTitles;
  clock: Clock;
  /** Makes the session's private folder; the session removes it. */
  createFolder(sessionId: string): Promise<string>;
  /** By the node's own key. */
  sign(bytes: Uint8Array): Uint8Array;
  log(sessionId: string, detail: string): void;
};

/** Which probe this is, where the session begins as a candidate. */
export type Candidacy = { epoch: number; nonce: string; nodeId: string };

export type SessionStart = {
  sessionId: string;
  title: Title;
  device: Device;
  bitrateKbps: number;
  /** Left out where the title keeps nothing, and for a candidate, which gets it with its start. */
  save?: SaveGrant | undefined;
  /** Where the title is, should it not be here; for a candidate it comes with its start. */
  source?: TitleSource | undefined;
  /** Left out where it is chosen already. */
  candidacy?: Candidacy;
};

export type SessionEvents = {
  onOffer(offer: Offer): void;
  onStep(step: StartStep): void;
  /** A candidate's path was measured; this is the node's side of it. */
  onProbed(result: ProbeResult, signature: Uint8Array): void;
  /** Of those whom the player let in. */
  guests: GuestEvents;
  /** About once a second while it runs. */
  onSample(sample: NodeSample): void;
  /** Last; everything the session had is closed. */
  onEnded(reason: EndReason, detail: string | undefined): void;
};

export interface RunningSession {
  /** It waits for `start`: only its transports are open. */
  readonly prepared: boolean;
  /** It has ended, and is being cleared away: nothing that is asked of it is done any more. */
  readonly closing: boolean;
  /** A candidate was chosen. */
  start(given: Pick<SessionStart, "save" | "source">): void;
  /** A call of the player's, answered by the seat. Rejects with what to tell the player. */
  signal(call: SignalCall): Promise<object>;
  /** The player came back: a new seat, while the title runs on. */
  rejoin(device: Device): void;
  /** Those whom the player let in. */
  readonly guests: Pick<Guests, "open" | "close" | "keep" | "signal">;
  stop(reason: EndReason): void;
}

const DETAIL_LENGTH_MAX = 400;
const SAMPLE_INTERVAL_MS = 1_000;
/** What a sample can say. */
const IDLE_MS_MAX = 60_000;

export function createSession(
  ports: SessionPorts,
  start: SessionStart,
  events: SessionEvents,
  scope: Scope,
): RunningSession {
  const { title, sessionId, candidacy } = start;
  const openedAtMs = ports.clock.monotonicMs();
  let session: Session = candidacy ? prepareSession(openedAtMs) : openSession(openedAtMs);
  let timer: NodeJS.Timeout | undefined;
  let input: PlayerInput | undefined;
  let titleSink: InputSink | undefined;
  let running: RunningTitle | undefined;
  let microphone: Microphone | undefined;
  let screen: Display | undefined;
  let { save, source } = start;
  let saves: KeptSaves | undefined;
  let titleStartedAtMs = machineMs();
  const log = (detail: string) => ports.log(sessionId, detail);
  const guests = createGuests(
    { sink: () => titleSink && heard(titleSink), requestKeyframe: () => stream.requestKeyframe(), nowMs: machineMs, log },
    events.guests,
    scope,
  );
  /** What a guest does is somebody's touch, too. */
  const heard = (sink: InputSink): InputSink => ({
    ...sink,
    apply(actions) {
      idle.handle({ type: "touched" });
      return sink.apply(actions);
    },
  });
  const stream = createStream(
    { ...ports, nowMs: () => ports.clock.monotonicMs(), log },
    {
      manifest: title.manifest,
      bitrateKbps: start.bitrateKbps,
      makeProbeAnswers:
        candidacy &&
        ((send) =>
          createProbeAnswers(
            { sessionId, ...candidacy },
            { send, nowMs: machineMs, random32: () => randomInt(2 ** 32), sign: ports.sign, onProbed: events.onProbed },
          )),
    },
    {
      onOffer: events.onOffer,
      onSeated() {
        input?.restart();
        titleLink.replacePlayer();
      },
      onInput(bytes) {
        if (isMotion(bytes)) return titleLink.handleMotion(bytes);
        input?.receive(bytes);
        idle.handle({ type: "touched" });
      },
      onConnected() {
        handle({ type: "player-connected" });
        idle.handle({ type: "connected" });
      },
      onReturned: () => titleLink.returnPlayer(),
      onDisconnected() {
        handle({ type: "player-disconnected" });
        idle.handle({ type: "dropped" });
        titleLink.losePlayer();
      },
      onFirstPicture() {
        handle({ type: "first-picture" });
        watchAbsence();
      },
      onVoice: (packet) => titleLink.handleVoice(packet),
      onCamera: (packet, requestKeyframe) => titleLink.handleCamera(packet, requestKeyframe),
      onSense: (order) => titleLink.handle(order),
      onReachable() {
        for (const each of [titleLink, agentDoor, idle]) each.reachPlayer();
      },
      onAgent: (order) => agentDoor.handle(order),
      onPresence: (visible) => idle.handle({ type: visible ? "seen" : "hidden" }),
      onWake: () => idle.handle({ type: "touched" }),
      onFailed: (error) => failed("pipeline")(error),
      onRoom: guests.enter,
      onKeyframe: guests.handleKeyframe,
    },
    scope,
  );

  const idle = createIdleWatch(
    {
      clock: ports.clock,
      policy: idlePolicyOf(title.manifest),
      tell: stream.sendControl,
      onEnd: () => handle({ type: "stop-asked", reason: EndReason.PlayerIdle }),
      log,
    },
    scope,
  );

  const onClipboard = createClipboard((text) => stream.sendControl({ type: "clipboard", text }), scope);
  const titleLink = createTitleLink({ manifest: title.manifest, nowMs: machineMs, tell: stream.sendControl, onCopied: onClipboard, microphone: () => microphone });

  const agentDoor = createAgentDoor(
    {
      runtime: title.manifest.runtime,
      size: title.manifest.size,
      nowMs: machineMs,
      sink: () => titleSink,
      picture: (widthMax) => ports.takePicture(screen, widthMax),
      tree: titleLink.readTree,
      tell: stream.sendControl,
      wake: () => idle.handle({ type: "touched" }),
    },
    scope,
  );

  /** From its first picture on; that of a quick title may come before its launch is known to be done. */
  function watchAbsence(): void {
    if (running && session.state === "running") idle.start(running, session.player.present);
  }

  function handle(event: SessionEvent): void {
    const [next, effects] = transition(session, event, ports.clock.monotonicMs());
    session = next;
    armDeadline();
    for (const effect of effects) run(effect);
  }

  function run(effect: SessionEffect): void {
    switch (effect.type) {
      case "report-step":
        return events.onStep(effect.step);
      case "open-title":
        return begin(openTitle());
      case "release-input":
        return input?.release();
      case "close-all":
        void scope
          .close(effect.type)
          .catch((error: Error) => log(`closing: ${describe(error)}`))
          .then(() => handle({ type: "all-closed" }));
        return;
      case "report-end":
        return events.onEnded(effect.reason, effect.detail?.slice(-DETAIL_LENGTH_MAX));
    }
  }

  function armDeadline(): void {
    clearTimeout(timer);
    const dueMs = deadlineOf(session);
    if (dueMs === undefined) return;
    timer = setTimeout(() => handle({ type: "deadline-passed" }), Math.max(0, dueMs - ports.clock.monotonicMs()) + 1);
  }

  /** A part that fails ends the session; one that fails because the session ended doesn't. */
  const failed = (part: Part) => (error: unknown) => {
    if (scope.closed) return;
    log(`${part}: ${describe(error)}`);
    if (error instanceof CommandMissingError) handle({ type: "title-command-missing", detail: error.message });
    else handle({ type: "part-failed", part, detail: describe(error) });
  };

  function begin(opening: Promise<void>): void {
    opening.catch((error: unknown) => {
      const part = error instanceof PartError ? error.part : "title";
      failed(part)(error instanceof PartError ? error.cause : error);
    });
  }

  async function openTransports(): Promise<void> {
    await stream.open(start.device).catch(blame("transports"));
    handle({ type: "step-done", step: "transports-opened" });
  }

  async function openTitle(): Promise<void> {
    const { stage, saves: keptSaves } = await openStage();
    saves = keptSaves;
    const { folder, display, sound, sink: host } = stage;
    void display.closed.then(failed("display"));
    void sound.closed.then(failed("sound"));
    microphone = ports.openMicrophone(sound, scope);
    screen = display;
    const mark = createInputMark(join(folder, "input-mark"), scope);
    const hands = bridgesTouches(title.manifest) ? bridgeTouches(host, titleLink.handleFingers) : host;
    const sink = hands.lacks.pad !== undefined && title.manifest.input.pad ? mapPads(hands, title.manifest.input.pad, ports.clock, scope) : hands;
    titleSink = sink;
    input = createPlayerInput({ sink, mark, onProblem: log }, scope);
    const startStream = () => stream.start({ display, sound, inputMarkPath: mark.path }).catch(blame("pipeline"));
    const startTitle = async () => watchTitle(await stage.run().catch(blame("title")));
    // A warm title has its picture already; it is to be seen running when that is shown.
    if (stage.warm) await startTitle().then(startStream);
    else await Promise.all([startStream(), startTitle()]);
  }

  /** A warm title's, unless the player has a save: that title began without it. */
  async function openStage(): Promise<{ stage: Stage; saves: KeptSaves | undefined }> {
    const chosen = Promise.withResolvers<{ folder: string; copy: WarmTitle | undefined }>();
    const choose = async (restores: boolean): Promise<string> => {
      const copy = restores ? undefined : ports.warm.take(title, source, scope);
      const folder = copy?.folder ?? scope.own(await ports.createFolder(sessionId), removeFolder);
      chosen.resolve({ folder, copy });
      return join(folder, HOME_FOLDER);
    };
    // Only where there is one to take does opening wait for the word whether there is a save.
    const home = save && ports.warm.has(title, source) ? undefined : await choose(false);
    // Owned after the folder and before the title, so closed between the two.
    const saving =
      save &&
      ports
        .keepSaves({ grant: save, openHome: async (restores) => home ?? choose(restores), savePaths: title.manifest.savePaths }, scope)
        .catch(blame("saves"));
    saving?.catch(chosen.reject);
    const { folder, copy } = await chosen.promise;
    const [stage, saves] = await Promise.all([copy ? warmStage(copy) : openColdStage(ports, { title, source, folder, onStep, onRumble, onClipboard }, scope), saving]);
    return { stage, saves };
  }

  function warmStage(copy: WarmTitle): Stage {
    onStep("display-started");
    onStep("sound-started");
    copy.listen({ onRumble, onClipboard });
    const run = async () => {
      // Newer than the saves here, so closed before they are archived.
      scope.adopt(copy.program);
      await copy.running.resume();
      return copy.running;
    };
    return { ...copy, warm: true, run };
  }

  function onStep(step: "display-started" | "sound-started"): void {
    handle({ type: "step-done", step });
  }

  function onRumble(pad: number, rumble: Rumble): void {
    stream.sendControl({ type: "rumble", pad, ...rumble });
    guests.rumble(pad, rumble);
  }

  function watchTitle(launched: RunningTitle): void {
    running = launched;
    titleStartedAtMs = machineMs();
    titleLink.attach(launched.bridge);
    handle({
      type: "title-started",
      startTimeoutMs: (title.manifest.startTimeoutS ?? START_TIMEOUT_S_DEFAULT) * 1000,
    });
    watchAbsence();
    void launched.exited.then(({ code, signal, exceeded }) => {
      if (scope.closed) return;
      if (code !== 0) saves?.noteCrash();
      handle({ type: "title-exited", code, signal, exceeded, lastOutput: launched.lastOutput() });
    });
  }

  /** Once a second: asks the media server how the link is, and tells the server how the second was. */
  async function sample(): Promise<void> {
    const taken = await stream.sample();
    if (taken && session.state === "running") events.onSample({ ...taken, ...untouched() });
  }

  /** Whether the session could go on elsewhere without the player's losing anything. */
  function untouched(): Pick<NodeSample, "idleMs" | "savedAll"> {
    const lastAtMs = input?.lastAtMs;
    const idleMs = Math.min(IDLE_MS_MAX, machineMs() - (lastAtMs ?? titleStartedAtMs));
    // A save that was taken before the last touch may lack what that did.
    const savedAll = lastAtMs === undefined || (saves?.savedAtMs !== undefined && saves.savedAtMs > lastAtMs);
    return { idleMs, savedAll };
  }

  scope.own(undefined, () => clearTimeout(timer));
  scope.own(
    setInterval(() => {
      // A seat that closes as it is asked answers with an error; the next second asks its successor.
      sample().catch((error: Error) => log(`telemetry: ${error.message}`));
    }, SAMPLE_INTERVAL_MS),
    clearInterval,
  );
  armDeadline();
  begin(openTransports());
  if (!candidacy) begin(openTitle());

  return {
    get prepared() {
      return session.state === "prepared";
    },
    get closing() {
      return session.state === "closing" || session.state === "closed";
    },
    start(given) {
      ({ save, source } = given);
      handle({ type: "start-asked" });
    },
    signal: (call) => (call.call === "agent" ? agentDoor.answer(call.secret, call.request) : stream.signal(call)),
    guests,
    rejoin(device) {
      stream.rejoin(device).catch((error: unknown) => {
        // The title plays on for a device that can show it; this one is told by its own time limit.
        if (error instanceof NoCommonCodecError) return log(error.message);
        failed("transports")(error);
      });
    },
    stop: (reason) => handle({ type: "stop-asked", reason }),
  };
}
