// One play of a title, from the tap to the leave, as a player's page does it, and what
// was seen of it. The messages, their order and their times are a page's; that it is a
// check, nobody hears before it is over.

import { randomInt } from "node:crypto";
import { withTimeout, type Scope } from "@nearframe/shared/lifetime";
import { readFrameMark } from "@nearframe/shared/media/frame-mark";
import { writeFrameReceipts, type FrameReceipt } from "@nearframe/shared/media/frame-receipts";
import { Channel } from "@nearframe/shared/media/profile";
import type { VideoCodec } from "@nearframe/shared/media/video-codecs";
import type { PlayedObservation } from "@nearframe/shared/checking/observation";
import type { Offer } from "@nearframe/shared/protocol/media";
import { parseMessage } from "@nearframe/shared/protocol/parse";
import type { ServerToClient, SessionTitle } from "@nearframe/shared/protocol/server-to-client";
import { CHALLENGE_NONCES, NodeToPlayer, type PlayerToNode } from "@nearframe/shared/protocol/session-control";
import { bearerOf, type EndReason } from "@nearframe/shared/session/end-reasons";
import { openPlayerLink, type PlayerLink } from "../control/player-link.ts";
import { createSignalCalls } from "../control/signal-calls.ts";
import { watchLoop, type LoopWatch } from "../loop/watch-loop.ts";
import { challengeTimes } from "../measure/nonces.ts";
import { isBlank, type Luma } from "../media/picture.ts";
import { createWatch, type Watch } from "../measure/watch.ts";
import type { OpenPath, Path, RtpIn, SentLabel } from "../path/ports.ts";
import { createCardPlay, type CardPlay } from "./card-play.ts";
import { createHands } from "./hands.ts";
import { commonPhone, makeId } from "./phone.ts";
import { startCandidateProbe, type CandidateProbe } from "./probe-candidate.ts";

export type PlayOptions = {
  /** The players' socket. */
  url: string;
  titleId: string;
  /** After the picture has settled. */
  watchMs: number;
  timeZone: string;
  /** The only one that the device can receive; left out, it is a common phone. */
  codec?: VideoCodec | undefined;
  /** The guest to play as; left out, the server makes one. */
  token?: string | undefined;
  /** Each picture as it was read, for whoever checks the checker. */
  onPicture?: (reading: PictureReading) => void;
  /** Why there was no picture, in a sentence: the observation has only numbers. */
  onNote?: (note: string) => void;
};

export type PictureReading = { atMs: number; frame: number | undefined; flips: number | undefined; isNew: boolean };

/** What turns packets into pictures and sound. */
export interface Senses {
  /** Keyframes are asked for through `onBroken`. */
  see(packet: RtpIn, atMs: number): void;
  hear(packet: RtpIn): void;
}
export type SenseEvents = {
  onPicture(picture: { timestamp: number; completeAtMs: number; atMs: number; width: number; height: number; isNew: boolean; decodeMs: number; frame: number | undefined; flips: number | undefined; scene: number | undefined; nonce: number | undefined; /** Valid until the call is over. */ luma: Luma }): void;
  onSound(peak: number): void;
  onBroken(): void;
};
export type OpenSenses = (title: SessionTitle, events: SenseEvents, scope: Scope) => Senses;

/** The play says nothing about a node: what failed was not the node's to give. */
export class CheckVoidError extends Error {
  readonly code = "CHECK_VOID";
}

/** A page shows "no picture" after this, and so does the criterion: 8 s are far behind by then. */
const PICTURE_TIMEOUT_MS = 30_000;
/** For a slot. Checks are not worth a place in front of players. */
const PLACED_TIMEOUT_MS = 30_000;
const SECOND_MS = 1_000;
/** Never in step with 60 Hz. */
const PRESS_EVERY_MS = 387;
/** A key is held for 60 ms. */
const TYPE_EVERY_MS = 110;
/** The title that can be drawn again here. */
const TEST_CARD = "test-card";
const RECEIPTS_TOLD = 3;
const CHANNELS: readonly SentLabel[] = [Channel.inputState, Channel.inputEdges, Channel.control, Channel.receipts];

type Entry = { epoch: number; scope: Scope; path: Promise<Path>; probe: CandidateProbe | undefined };

export async function playTitle(
  options: PlayOptions, { openPath, openSenses }: { openPath: OpenPath; openSenses: OpenSenses }, scope: Scope,
): Promise<PlayedObservation> {
  /** Never resolves: it tells why a play ended before its time. */
  const over = Promise.withResolvers<never>();
  // Whoever plays waits for it later; until then nobody is there to hear of a failure.
  over.promise.catch(() => undefined);
  scope.own(over, ({ reject }) => reject(new CheckVoidError("the check was called off")));
  const placed = Promise.withResolvers<void>();
  const settled = Promise.withResolvers<void>();
  const candidates = new Map<number, Entry>();
  let session: { id: string; title: SessionTitle; watch: Watch; senses: Senses; card: CardPlay | undefined } | undefined;
  let current: Entry | undefined;
  let live: Path | undefined;
  let receipts: FrameReceipt[] = [];
  let finished = false;
  const pings = new Map<number, number>();

  const link: PlayerLink = await openPlayerLink(
    options.url, options,
    { onMessage: (message) => handle(message), onClosed: (why) => over.reject(new CheckVoidError(why)) }, scope,
  );
  const calls = createSignalCalls((message) => link.send(message), scope);
  const tappedAtMs = performance.now();
  const requestId = makeId();
  link.send({ type: "session.request", requestId, titleId: options.titleId, device: commonPhone(options.codec) });

  function handle(message: ServerToClient): void {
    // What comes while the line closes is for nobody.
    if (finished) return;
    switch (message.type) {
      case "error":
        return over.reject(new CheckVoidError(`the server refused: ${message.message}`));
      case "session.created":
        return begin(message.sessionId, message.title);
      case "session.progress":
        return placed.resolve();
      case "session.offer":
        return offered(message.epoch, message.offer, message.probe !== undefined);
      case "session.chosen":
        return chosen(message.epoch);
      case "session.signal.reply":
        return calls.handleReply(message.callId, message.result);
      case "session.moving":
        return over.reject(new CheckVoidError(`the session left its node: ${message.reason}`));
      case "session.ended":
        return ended(message.reason, message.detail);
      default:
        // Greetings, places in line and pongs change nothing here.
        return;
    }
  }

  function begin(id: string, title: SessionTitle): void {
    const watch = createWatch(tappedAtMs, title);
    const card = title.id === TEST_CARD && title.input.keyboard ? createCardPlay() : undefined;
    const senses = openSenses(title, {
      onPicture(picture) {
        const isFirst = watch.firstPictureAtMs === undefined;
        // The display's own empty screen is sent before the title draws; a start is over when that does.
        if (isFirst && isBlank(picture.luma)) return;
        watch.handlePicture(picture);
        card?.handlePicture(picture, watch.settledAtMs);
        options.onPicture?.(picture);
        if (isFirst) link.send({ type: "session.first-frame", sessionId: id, elapsedMs: picture.atMs - tappedAtMs });
        if (watch.settledAtMs !== undefined) settled.resolve();
        receipts = [{ rtpTimestamp: picture.timestamp, receivedAtMs: picture.completeAtMs }, ...receipts].slice(0, RECEIPTS_TOLD);
        live?.send(Channel.receipts, writeFrameReceipts(receipts));
      },
      onSound: (peak) => watch.handleSound(peak),
      onBroken: () => live?.requestKeyframe(),
    }, scope);
    session = { id, title, watch, senses, card };
  }

  function offered(epoch: number, offer: Offer, probed: boolean): void {
    const entry = connect(epoch, offer);
    if (!entry) return;
    if (probed) {
      candidates.set(epoch, entry);
      // A candidate that can't be measured is not chosen; that is all.
      probe(entry).catch(() => undefined);
    } else {
      take(entry);
    }
  }

  function chosen(epoch: number): void {
    const entry = candidates.get(epoch);
    if (!entry) return over.reject(new CheckVoidError("the server chose a node that was not offered"));
    candidates.delete(epoch);
    take(entry);
  }

  function take(entry: Entry): void {
    const before = [...candidates.values(), ...(current ? [current] : [])];
    candidates.clear();
    current = entry;
    for (const each of before) void each.scope.close("another path counts now");
    run(entry).catch((error: unknown) => over.reject(error));
  }

  function connect(epoch: number, offer: Offer): Entry | undefined {
    if (!session) return undefined;
    const { id, watch, senses } = session;
    const mine = scope.child();
    // What comes after the leave was not watched.
    const counts = () => !finished && current?.epoch === epoch && !mine.closed;
    const entry: Entry = {
      epoch, scope: mine, probe: undefined,
      path: openPath(offer, calls.to(id, epoch), {
        onWirePacket: (packet) => void (counts() && watch.handleWire(packet)),
        onRtp(packet) {
          if (!counts()) return;
          if (packet.kind === "audio") return senses.hear(packet);
          // A bandwidth probe carries no frame.
          if (packet.payload.length > 0) watch.handleFramePacket(packet.timestamp, packet.payload.length);
          senses.see(packet, performance.now());
        },
        onFrameMark(bytes) {
          const mark = counts() ? readFrameMark(bytes) : undefined;
          if (mark) watch.handleMark(mark);
        },
        onControl(text) {
          const parsed = parseMessage(NodeToPlayer, text);
          if (!parsed.ok || parsed.value.type !== "pong" || !counts()) return;
          const sentAtMs = pings.get(parsed.value.id);
          if (sentAtMs === undefined) return;
          pings.delete(parsed.value.id);
          watch.handleRoundTrip(performance.now() - sentAtMs);
        },
        onProbe: (bytes) => entry.probe?.receive(bytes),
        onLost: (why) => void (counts() && over.reject(new CheckVoidError(why))),
      }, mine),
    };
    entry.path.catch(() => undefined);
    return entry;
  }

  async function probe(entry: Entry): Promise<void> {
    const path = await entry.path;
    await path.openChannels([Channel.probe]);
    entry.probe = startCandidateProbe(
      (bytes) => path.send(Channel.probe, bytes),
      (result, receipt) => session && link.send({ type: "session.probed", sessionId: session.id, epoch: entry.epoch, result, receipt }),
      entry.scope,
    );
  }

  /** The path that counts: connects the hands, and tells each second what a player tells. */
  async function run(entry: Entry): Promise<void> {
    if (!session) return;
    const { id, title, watch, card } = session;
    const path = await entry.path;
    if (current !== entry) return;
    link.send({ type: "session.connected", sessionId: id });
    await path.openChannels(CHANNELS);
    live = path;
    // Asked for once more: what came before this end could hear it may have been the keyframe.
    path.requestKeyframe();
    const hands = createHands(path, entry.scope);
    const say = (message: PlayerToNode) => path.send(Channel.control, JSON.stringify(message));
    let pingId = 0;
    every(SECOND_MS, () => {
      pings.set((pingId += 1), performance.now());
      say({ type: "ping", id: pingId, sentAtMs: performance.now() });
      void path.bindingMs().then((ms) => ms !== undefined && !finished && watch.handleBinding(ms));
      const sample = watch.sample(performance.now());
      if (!sample) return;
      link.send({ type: "session.telemetry", sessionId: id, sample });
      say({ type: "report", framesReceived: sample.framesShown, framesDropped: 0, decodeMs: sample.decodeMs ?? 0 });
    }, entry.scope);
    if (!title.input.keyboard) return;
    if (card) {
      every(TYPE_EVERY_MS, () => {
        const key = watch.firstPictureAtMs === undefined ? undefined : card.nextKey(watch.settledAtMs);
        if (key !== undefined) hands.tap(key);
      }, entry.scope);
    }
    every(PRESS_EVERY_MS, () => {
      const nowMs = performance.now();
      // Until the picture has settled an answer would measure the start; and one press at a time can be told apart.
      if (watch.settledAtMs === undefined || watch.awaitsAnswer(nowMs)) return;
      watch.handlePress(nowMs);
      hands.tap("Space");
    }, entry.scope);
  }

  function ended(reason: EndReason, detail: string | undefined): void {
    const why = `the session ended: ${reason}${detail === undefined ? "" : ` (${detail})`}`;
    // What the host bears is an observation; all else is nobody's fault that is checked here.
    if (bearerOf(reason) === "host" && session) over.reject(new Error(why));
    else over.reject(new CheckVoidError(why));
  }

  const within = <T>(promise: Promise<T>, limitMs: number, message: string) =>
    withTimeout(Promise.race([promise, over.promise]), limitMs, message);

  try {
    const seen = await watchPlay();
    left();
    return { ...seen, ...(await session?.card?.compare(session.title.size, scope)) };
  } finally {
    left();
  }

  function left(): void {
    if (finished) return;
    finished = true;
    if (session) link.send({ type: "session.leave", sessionId: session.id });
  }

  async function watchPlay(): Promise<PlayedObservation> {
    await within(placed.promise, PLACED_TIMEOUT_MS, "no node was free").catch((error: unknown) => {
      throw error instanceof CheckVoidError ? error : new CheckVoidError(messageOf(error));
    });
    // Without a picture in time there is nothing to watch, and that is the observation.
    const seen = await within(settled.promise.then(() => true), PICTURE_TIMEOUT_MS, "no picture came").catch(note);
    let loop: LoopWatch | undefined;
    if (seen) {
      loop = watchLoop(scope);
      for (const atMs of challengeTimes(options.watchMs, Math.random)) {
        scope.own(setTimeout(challenge, atMs), clearTimeout);
      }
      await Promise.race([over.promise, wait(options.watchMs, scope)]).catch(note);
    }
    const endMs = performance.now();
    const loopStallMs = loop?.end();
    if (!session) throw new CheckVoidError("the server made no session");
    return { ...session.watch.observe(endMs), ...(options.codec !== undefined && { codec: options.codec }), ...(loopStallMs !== undefined && { loopStallMs }) };
  }

  function challenge(): void {
    const nonce = randomInt(CHALLENGE_NONCES);
    const said: PlayerToNode = { type: "challenge", nonce };
    if (live?.send(Channel.control, JSON.stringify(said))) session?.watch.handleChallenge(nonce, performance.now());
  }

  /** No picture in time, no path to the node, an end that the host bears: what a player would have got, too. */
  function note(error: unknown): void {
    if (error instanceof CheckVoidError) throw error;
    options.onNote?.(messageOf(error));
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

function every(intervalMs: number, callback: () => void, scope: Scope): void {
  scope.own(setInterval(callback, intervalMs), clearInterval);
}

function wait(ms: number, scope: Scope): Promise<void> {
  return new Promise((resolve) => scope.own(setTimeout(resolve, ms), clearTimeout));
}
