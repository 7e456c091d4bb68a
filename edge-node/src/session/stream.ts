// What one session's player gets and says: a room, the pipeline that fills it, the player's seat,
// and the rate between them. Knows nothing of the title; it is given a screen and a sound to send.

import type { Scope } from "@nearframe/shared/lifetime";
import type { Device } from "@nearframe/shared/protocol/client-to-server";
import type { Offer, SignalCall } from "@nearframe/shared/protocol/media";
import { readPathPing } from "@nearframe/shared/media/path-ping";
import { parseMessage } from "@nearframe/shared/protocol/parse";
import { PlayerToNode, type NodeToPlayer } from "@nearframe/shared/protocol/session-control";
import type { NodeSample } from "@nearframe/shared/telemetry/samples";
import type { TitleManifest } from "@nearframe/shared/title/manifest";
import { machineMs } from "../input/mark.ts";
import { chooseCodec, type CodecChoice, type TriedEncoder } from "../media/encode/choose-codec.ts";
import type { CreatePipeline, FrameMark, PipelineTraits } from "../media/ports.ts";
import { makeRateOptions } from "../rate/tuning.ts";
import type { Room, Seat, Sfu } from "../sfu/ports.ts";
import { createNodeSamples } from "./node-samples.ts";
import { keepPipeline, type PipelineKeeper } from "./pipeline-keeper.ts";
import type { Display, Sound } from "./ports.ts";
import type { AgentOrder } from "../agent/agent-door.ts";
import type { SenseOrder } from "./title-link.ts";
import type { ProbeAnswers } from "./probe-answers.ts";
import { createSeats } from "./seats.ts";
import { createRateLoop } from "./rate-loop.ts";

export type StreamPorts = {
  createPipeline: CreatePipeline;
  pipelineTraits: PipelineTraits;
  /** What is known of this node's encoders by now. */
  encoders(): readonly TriedEncoder[];
  sfu: Pick<Sfu, "createRoom">;
  nowMs(): number;
  log(detail: string): void;
};

export type StreamOptions = {
  manifest: Pick<TitleManifest, "size" | "fps">;
  bitrateKbps: number;
  /** For a candidate, whose path the player measures; `send` is this stream's way out. */
  makeProbeAnswers: ((send: (bytes: Uint8Array) => void) => ProbeAnswers) | undefined;
};

export type StreamEvents = {
  onOffer(offer: Offer): void;
  /** A player took the seat. */
  onSeated(): void;
  onInput(bytes: Uint8Array): void;
  /** An RTP packet of the player's microphone. */
  onVoice(packet: Buffer): void;
  /** One of the player's camera. */
  onCamera(packet: Buffer, requestKeyframe: () => void): void;
  /** What the player gives of the device, or takes back. */
  onSense(order: SenseOrder): void;
  /** What the player lets a program do. */
  onAgent(order: AgentOrder): void;
  onConnected(): void;
  /** The path of the player who has the seat is back. */
  onReturned(): void;
  /** The player's path is gone; it may come back. */
  onDisconnected(): void;
  onFirstPicture(): void;
  /** The player's page was heard for the first time over this seat, so it hears, too. */
  onReachable(): void;
  /** The player says whether anybody looks. */
  onPresence(visible: boolean): void;
  /** The player wants a paused title to go on. */
  onWake(): void;
  /** The pipeline is gone for good. */
  onFailed(error: unknown): void;
  /** There is a room now, or another one in its place. */
  onRoom(room: Room): void;
  /** A frame that all can begin with left. */
  onKeyframe(): void;
};

/** What is sent. */
export type Source = { display: Display; sound: Sound; inputMarkPath: string };

export interface Stream {
  /** Opens the room, with a codec that both ends have, and a seat in it. */
  open(device: Device): Promise<void>;
  /** Frames begin to flow. Once; rejects when the pipeline does not start. */
  start(source: Source): Promise<void>;
  /** A new seat; where the device can't receive what is sent, with another codec. */
  rejoin(device: Device): Promise<void>;
  /** Rejects with what to tell the player. */
  signal(call: SignalCall): Promise<object>;
  sendControl(message: NodeToPlayer): void;
  requestKeyframe(): void;
  /** About once a second; undefined when it is too soon for a sample. */
  sample(): Promise<NodeSample | undefined>;
}

export class NoCommonCodecError extends Error {
  readonly code = "NO_COMMON_CODEC";
}

type Media = { scope: Scope; room: Room; choice: CodecChoice };

export function createStream(ports: StreamPorts, options: StreamOptions, events: StreamEvents, scope: Scope): Stream {
  const { size, fps } = options.manifest;
  let media: Media | undefined;
  let source: Source | undefined;
  let pipeline: PipelineKeeper | undefined;
  const seats = createSeats<Seat>();
  let availableKbps: number | undefined;
  /** When the present seat was taken. */
  let seatedAtMs = 0;
  /** What the present player's page said last. */
  let visible = true;
  /** Seats and rooms change one after the other. */
  let changes: Promise<unknown> = Promise.resolve();
  const samples = createNodeSamples(machineMs());
  const probe = options.makeProbeAnswers?.((bytes) => seats.present?.sendProbe(bytes));
  const rate = createRateLoop(
    makeRateOptions(size, fps, options.bitrateKbps),
    {
      nowMs: machineMs,
      setTarget: (target) => pipeline?.setTarget(target),
      requestKeyframe: () => pipeline?.requestKeyframe(),
      onLimit: (limit) => seats.present?.sendControl({ type: "limit", limit }),
    },
    scope,
  );

  function inTurn<T>(change: () => Promise<T>): Promise<T> {
    const done = changes.then(change);
    changes = done.catch(() => undefined);
    return done;
  }

  function choose(device: Device, codecs = ports.pipelineTraits.codecs): CodecChoice | undefined {
    return chooseCodec(device, ports.encoders(), { size, fps, codecs });
  }

  async function openRoom(device: Device): Promise<Media> {
    const choice = choose(device);
    if (!choice) throw new NoCommonCodecError("the player's browser receives no video that this node can code");
    const mine = scope.child();
    const room = await ports.sfu.createRoom({ codec: choice.codec, traits: ports.pipelineTraits }, mine);
    return { scope: mine, room, choice };
  }

  async function startPipeline(from: Source, { room, choice, scope: mine }: Media): Promise<void> {
    pipeline = await keepPipeline(
      {
        createPipeline: ports.createPipeline,
        traits: ports.pipelineTraits,
        room,
        nowMs: ports.nowMs,
        log: ports.log,
        ends: scope.signal,
      },
      {
        display: from.display,
        size,
        fps,
        bitrateKbps: rate.decision.bitrateKbps,
        bitrateKbpsMax: options.bitrateKbps,
        inputMarkPath: from.inputMarkPath,
        monitorSocketPath: from.sound.monitorSocketPath,
        encoders: choice.encoders,
      },
      { onFirstPicture: events.onFirstPicture, onFrame: handleFrame, onFailed: events.onFailed },
      mine,
    );
    // What was decided while there was nobody to tell: a player who saves data says so before the first picture.
    pipeline.setTarget(rate.target);
  }

  function seated(): void {
    seatedAtMs = machineMs();
    visible = true;
    events.onSeated();
  }

  async function takeSeat(device: Device, { room, scope: mediaScope }: Media): Promise<void> {
    const mine = mediaScope.child();
    let heard = false;
    let wasConnected = false;
    const opened = await room.openSeat(
      { device, probed: probe !== undefined && source === undefined, bitrateKbpsMax: options.bitrateKbps },
      {
        onInput: (bytes) => seats.isPresent(mine) && events.onInput(bytes),
        onReceipts(bytes) {
          const ping = readPathPing(bytes);
          if (ping) return opened.sendPong({ ...ping, nodeAtMs: machineMs() });
          if (ports.pipelineTraits.followsTarget) rate.handleReceipts(bytes);
        },
        onBandwidth(kbps) {
          availableKbps = kbps;
          rate.handleBandwidth(kbps);
        },
        onControl(text) {
          if (!heard) events.onReachable();
          heard = true;
          handleControl(text);
        },
        onVoice: events.onVoice,
        onCamera: events.onCamera,
        onProbe: (bytes) => probe?.receive(bytes),
        onConnected() {
          if (seats.connected(mine)) seated();
          const isBack = wasConnected;
          wasConnected = true;
          if (isBack) rate.resume();
          else rate.restart();
          events.onConnected();
          if (!isBack) return;
          // The page is the same one, and does not say again what it said.
          events.onReturned();
          if (!visible) events.onPresence(false);
        },
        onDisconnected(why) {
          if (!seats.isPresent(mine) || mine.closed || scope.closed) return;
          ports.log(`player disconnected: ${why}`);
          rate.pause();
          events.onDisconnected();
        },
      },
      mine,
    );
    if (seats.add(opened, mine)) seated();
    events.onOffer(opened.offer);
  }

  /** The title runs on; what it shows goes into another room, coded as the new device can take it. */
  async function changeCodec(device: Device): Promise<void> {
    const before = media;
    const next = await openRoom(device);
    try {
      await takeSeat(device, next);
    } catch (error) {
      await next.scope.close("nobody took its seat");
      throw error;
    }
    media = next;
    events.onRoom(next.room);
    seats.insist();
    seated();
    pipeline = undefined;
    ports.log(`the session goes on in ${next.choice.codec}, for a device that has no ${before?.choice.codec ?? "room"}`);
    await before?.scope.close("replaced");
    if (source) await startPipeline(source, next).catch(events.onFailed);
  }

  function handleFrame(mark: FrameMark): void {
    rate.handleFrame(mark);
    samples.handleFrame(mark);
    if (mark.keyframe) events.onKeyframe();
    seats.present?.sendFrameMark({
      rtpTimestamp: mark.rtpTimestamp,
      frameIndex: mark.frameIndex,
      keyframe: mark.keyframe,
      changed: mark.changed,
      // Each page counts for itself: to this one another's inputs are none.
      inputSeq: mark.inputAppliedAtMs < seatedAtMs ? 0 : mark.inputSeq,
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
    if (!message.ok) return ports.log(`control: ${message.code} ${message.message}`);
    switch (message.value.type) {
      case "ping":
        seats.present?.sendControl({ type: "pong", id: message.value.id, sentAtMs: message.value.sentAtMs, nodeAtMs: machineMs() });
        return;
      case "keyframe":
        pipeline?.requestKeyframe();
        return;
      case "challenge":
        pipeline?.showNonce(message.value.nonce);
        return;
      case "presence":
        visible = message.value.visible;
        rate.handlePresence(visible);
        events.onPresence(visible);
        return;
      case "wake":
        events.onWake();
        return;
      case "sense.grant":
      case "sense.revoke":
      case "location":
        events.onSense(message.value);
        return;
      case "agent.grant":
      case "agent.revoke":
        events.onAgent(message.value);
        return;
      case "prefer":
        rate.handlePreference(message.value);
        return;
      case "report":
        if (ports.pipelineTraits.followsTarget) rate.handlePlayer(message.value);
        return;
    }
  }

  return {
    open: (device) =>
      inTurn(async () => {
        media = await openRoom(device);
        events.onRoom(media.room);
        await takeSeat(device, media);
      }),
    start: (from) =>
      inTurn(async () => {
        source = from;
        if (!media) throw new Error("the session's transports are not open yet");
        await startPipeline(from, media);
      }),
    rejoin: (device) =>
      inTurn(async () => {
        if (!media) throw new Error("the session's transports are not open yet");
        const receives = choose(device, [media.choice.codec]) !== undefined;
        await (receives ? takeSeat(device, media) : changeCodec(device));
      }),
    async signal(call) {
      const asked = seats.of(call) ?? seats.present;
      if (!asked) throw new Error("the session's transports are not open yet");
      return asked.signal(call);
    },
    requestKeyframe: () => pipeline?.requestKeyframe(),
    sendControl: (message) => seats.present?.sendControl(message),
    async sample() {
      const link = await seats.present?.readLink();
      if (scope.closed) return undefined;
      if (link) rate.handleLink(link);
      const { bitrateKbps, fps: targetFps } = rate.decision;
      return samples.take(machineMs(), { targetKbps: bitrateKbps, targetFps, availableKbps, link });
    },
  };
}
