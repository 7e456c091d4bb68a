// Runs one session on this node: opens its parts, tells the machine in
// `transition.ts` what happens to them, and does what it answers.
//
// Everything a session has hangs on one scope and closes with it, newest first:
// title before sound and display, so that nothing sees its screen vanish.

import { rm } from "node:fs/promises";
import type { Clock } from "@nearframe/shared/clock";
import type { Scope } from "@nearframe/shared/lifetime";
import type { Device } from "@nearframe/shared/protocol/client-to-server";
import type { Offer, SignalCall } from "@nearframe/shared/protocol/media";
import { parseMessage } from "@nearframe/shared/protocol/parse";
import { PlayerToNode } from "@nearframe/shared/protocol/session-control";
import type { EndReason } from "@nearframe/shared/session/end-reasons";
import type { StartStep } from "@nearframe/shared/session/start-steps";
import type { NodeSample } from "@nearframe/shared/telemetry/samples";
import { START_TIMEOUT_S_DEFAULT, type Title } from "@nearframe/shared/title/manifest";
import { mapPads } from "../input/mapped-pads.ts";
import { createInputMark, machineMs } from "../input/mark.ts";
import { createPlayerInput, type PlayerInput } from "../input/player-input.ts";
import type { OpenInputSink } from "../input/ports.ts";
import { chooseCodec, type CodecChoice, type TriedEncoder } from "../media/encode/choose-codec.ts";
import type { CreatePipeline, FrameMark, PipelineTraits } from "../media/ports.ts";
import { makeRateOptions } from "../rate/tuning.ts";
import type { Room, Seat, Sfu } from "../sfu/ports.ts";
import { createNodeSamples } from "./node-samples.ts";
import { keepPipeline, type PipelineKeeper } from "./pipeline-keeper.ts";
import {
  CommandMissingError,
  type Display, type LaunchTitle, type OpenDisplay, type OpenSound, type Sound,
} from "./ports.ts";
import { createRateLoop } from "./rate-loop.ts";
import { deadlineOf, openSession, transition, type Session, type SessionEffect, type SessionEvent } from "./transition.ts";

export type SessionPorts = {
  openDisplay: OpenDisplay;
  openSound: OpenSound;
  launchTitle: LaunchTitle;
  openInputSink: OpenInputSink;
  createPipeline: CreatePipeline;
  pipelineTraits: PipelineTraits;
  /** What is known of this node's encoders by now. */
  encoders(): readonly TriedEncoder[];
  sfu: Sfu;
  clock: Clock;
  /** Makes the session's private folder; the session removes it. */
  createFolder(sessionId: string): Promise<string>;
  log(sessionId: string, detail: string): void;
};

export type SessionStart = { sessionId: string; title: Title; device: Device; bitrateKbps: number };

export type SessionEvents = {
  onOffer(offer: Offer): void;
  onStep(step: StartStep): void;
  /** About once a second while it runs. */
  onSample(sample: NodeSample): void;
  /** Last; everything the session had is closed. */
  onEnded(reason: EndReason, detail: string | undefined): void;
};

export interface RunningSession {
  /** A call of the player's, answered by the seat. Rejects with what to tell the player. */
  signal(call: SignalCall): Promise<object>;
  /** The player came back: a new seat, while the title runs on. */
  rejoin(device: Device): void;
  stop(reason: EndReason): void;
}

const DETAIL_LENGTH_MAX = 400;
const SAMPLE_INTERVAL_MS = 1_000;

export function createSession(
  ports: SessionPorts,
  start: SessionStart,
  events: SessionEvents,
  scope: Scope,
): RunningSession {
  const { title } = start;
  let session: Session = openSession(ports.clock.monotonicMs());
  let timer: NodeJS.Timeout | undefined;
  let seat: Seat | undefined;
  let seatScope = scope.child();
  let room: Room | undefined;
  let pipeline: PipelineKeeper | undefined;
  let input: PlayerInput | undefined;
  let availableKbps: number | undefined;
  const samples = createNodeSamples(machineMs());
  const rate = createRateLoop(
    makeRateOptions(title.manifest.size, title.manifest.fps, start.bitrateKbps),
    {
      nowMs: machineMs,
      setTarget: (target) => pipeline?.setTarget(target),
      requestKeyframe: () => pipeline?.requestKeyframe(),
      onLimit: (limit) => seat?.sendControl({ type: "limit", limit }),
    },
    scope,
  );

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
      case "release-input":
        return input?.release();
      case "close-all":
        void scope
          .close(effect.type)
          .catch((error: Error) => ports.log(start.sessionId, `closing: ${describe(error)}`))
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
  const failed = (part: Extract<SessionEvent, { type: "part-failed" }>["part"]) => (error: unknown) => {
    if (scope.closed) return;
    ports.log(start.sessionId, `${part}: ${describe(error)}`);
    if (error instanceof CommandMissingError) handle({ type: "title-command-missing", detail: error.message });
    else handle({ type: "part-failed", part, detail: describe(error) });
  };

  async function openParts(): Promise<void> {
    const folder = scope.own(await ports.createFolder(start.sessionId), (folder) =>
      rm(folder, { recursive: true, force: true }),
    );
    const mark = createInputMark(`${folder}/input-mark`, scope);

    const choice = chooseMedia();
    const roomOpening = ports.sfu.createRoom({ codec: choice.codec, traits: ports.pipelineTraits }, scope);
    const seatOpening = roomOpening.then(async (opened) => {
      room = opened;
      await takeSeat(start.device);
      handle({ type: "step-done", step: "transports-opened" });
    });
    const displayOpening = ports.openDisplay(title.manifest.size, scope).then((display) => {
      handle({ type: "step-done", step: "display-started" });
      void display.closed.then(failed("display"));
      return display;
    });
    const soundOpening = ports.openSound(scope).then((sound) => {
      handle({ type: "step-done", step: "sound-started" });
      void sound.closed.then(failed("sound"));
      return sound;
    });
    const [display, sound, openedRoom] = await Promise.all([
      displayOpening.catch(blame("display")),
      soundOpening.catch(blame("sound")),
      roomOpening.catch(blame("transports")),
      seatOpening.catch(blame("transports")),
    ]);

    const host = await ports.openInputSink(display, scope).catch(blame("display"));
    const mapping = title.manifest.input.pad;
    const sink = host.lacks.pad !== undefined && mapping ? mapPads(host, mapping, ports.clock, scope) : host;
    input = createPlayerInput(
      { sink, mark, onProblem: (detail) => ports.log(start.sessionId, detail) },
      scope,
    );

    await Promise.all([startPipeline(display, sound, openedRoom, mark.path, choice), startTitle(folder, display, sound)]);
  }

  function chooseMedia(): CodecChoice {
    const { size, fps } = title.manifest;
    const choice = chooseCodec(start.device, ports.encoders(), { size, fps, codecs: ports.pipelineTraits.codecs });
    return choice ?? blame("transports")(new Error("the player's browser receives no video that this node can code"));
  }

  async function startPipeline(display: Display, sound: Sound, target: Room, inputMarkPath: string, { encoders }: CodecChoice): Promise<void> {
    pipeline = await keepPipeline(
      {
        createPipeline: ports.createPipeline,
        traits: ports.pipelineTraits,
        room: target,
        nowMs: () => ports.clock.monotonicMs(),
        log: (detail) => ports.log(start.sessionId, detail),
      },
      {
        display,
        size: title.manifest.size,
        fps: title.manifest.fps,
        bitrateKbps: rate.decision.bitrateKbps,
        inputMarkPath,
        monitorSocketPath: sound.monitorSocketPath,
        encoders,
      },
      { onFirstPicture: () => handle({ type: "first-picture" }), onFrame: handleFrame, onFailed: failed("pipeline") },
      scope,
    ).catch(blame("pipeline"));
  }

  async function startTitle(folder: string, display: Display, sound: Sound): Promise<void> {
    const running = await ports.launchTitle({ title, sessionFolder: folder, display, sound }, scope).catch(blame("title"));
    handle({
      type: "title-started",
      startTimeoutMs: (title.manifest.startTimeoutS ?? START_TIMEOUT_S_DEFAULT) * 1000,
    });
    void running.exited.then(({ code, signal, exceeded }) => {
      if (!scope.closed) handle({ type: "title-exited", code, signal, exceeded, lastOutput: running.lastOutput() });
    });
  }

  async function takeSeat(device: Device): Promise<void> {
    if (!room) throw new Error("the session's transports are not open yet");
    const mine = scope.child();
    const opened = await room.openSeat(
      device,
      {
        onInput: (bytes) => input?.receive(bytes),
        onReceipts(bytes) {
          if (ports.pipelineTraits.followsTarget) rate.handleReceipts(bytes);
        },
        onBandwidth(kbps) {
          availableKbps = kbps;
          rate.handleBandwidth(kbps);
        },
        onControl: handleControl,
        onConnected() {
          rate.restart();
          handle({ type: "player-connected" });
        },
        onDisconnected(why) {
          if (seatScope !== mine || scope.closed) return;
          ports.log(start.sessionId, `player disconnected: ${why}`);
          rate.pause();
          handle({ type: "player-disconnected" });
        },
      },
      mine,
    );
    const before = seatScope;
    seatScope = mine;
    seat = opened;
    input?.restart();
    events.onOffer(opened.offer);
    await before.close("replaced");
  }

  function handleFrame(mark: FrameMark): void {
    rate.handleFrame(mark);
    samples.handleFrame(mark);
    seat?.sendFrameMark({
      rtpTimestamp: mark.rtpTimestamp,
      frameIndex: mark.frameIndex,
      keyframe: mark.keyframe,
      changed: mark.changed,
      inputSeq: mark.inputSeq,
      inputAppliedAtMs: mark.inputAppliedAtMs,
      capturedAtMs: mark.capturedAtMs,
      captureWaitMs: mark.capturedAtMs - mark.damagedAtMs,
      encodeMs: mark.encodedAtMs - mark.capturedAtMs,
      sendMs: mark.sentAtMs - mark.encodedAtMs,
      payloadBytes: mark.payloadBytes,
    });
  }

  function handleControl(text: string): void {
    const message = parseMessage(PlayerToNode, text);
    if (!message.ok) return ports.log(start.sessionId, `control: ${message.code} ${message.message}`);
    switch (message.value.type) {
      case "ping":
        seat?.sendControl({ type: "pong", id: message.value.id, sentAtMs: message.value.sentAtMs, nodeAtMs: machineMs() });
        return;
      case "keyframe":
        pipeline?.requestKeyframe();
        return;
      case "presence":
        rate.handlePresence(message.value.visible);
        return;
      case "report":
        rate.handlePlayer(message.value);
        return;
    }
  }

  /** Once a second: asks the media server how the link is, and tells the server how the second was. */
  async function sample(): Promise<void> {
    const link = await seat?.readLink();
    if (scope.closed) return;
    if (link) rate.handleLink(link);
    if (session.state !== "running") return;
    const { bitrateKbps, fps } = rate.decision;
    const taken = samples.take(machineMs(), { targetKbps: bitrateKbps, targetFps: fps, availableKbps, link });
    if (taken) events.onSample(taken);
  }

  scope.own(undefined, () => clearTimeout(timer));
  scope.own(
    setInterval(() => {
      // A seat that closes as it is asked answers with an error; the next second asks its successor.
      sample().catch((error: Error) => ports.log(start.sessionId, `telemetry: ${error.message}`));
    }, SAMPLE_INTERVAL_MS),
    clearInterval,
  );
  armDeadline();
  openParts().catch((error: unknown) => {
    const part = error instanceof PartError ? error.part : "title";
    failed(part)(error instanceof PartError ? error.cause : error);
  });

  return {
    signal: async (call) => {
      if (!seat) throw new Error("the session's transports are not open yet");
      return seat.signal(call);
    },
    rejoin(device) {
      takeSeat(device).catch(failed("transports"));
    },
    stop: (reason) => handle({ type: "stop-asked", reason }),
  };
}

type Part = Extract<SessionEvent, { type: "part-failed" }>["part"];

/** Which part's opening failed, so that the end names it. */
class PartError extends Error {
  readonly part: Part;
  constructor(part: Part, cause: unknown) {
    super(`${part} failed`, { cause });
    this.part = part;
  }
}

const blame = (part: Part) => (cause: unknown): never => {
  throw new PartError(part, cause);
};

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
