// One player's place in a room: two WebRTC transports (media out, input in), the
// consumers on them, and the data channels tied to this process.

import type { types } from "mediasoup";
import type { Scope } from "@nearframe/shared/lifetime";
import { writeFrameMark } from "@nearframe/shared/media/frame-mark";
import { writePathPong } from "@nearframe/shared/media/path-ping";
import { Channel } from "@nearframe/shared/media/profile";
import type { NodeToPlayer } from "@nearframe/shared/protocol/session-control";
import type { Seat, SeatEvents, SeatOptions } from "../../ports.ts";
import { answerSignals, makeOffer, openOutgoing, openTransports, refuseUndecodable, watchConnection, type SeatContext, type SentLabel } from "./seat-parts.ts";

type PlayerSeatContext = SeatContext & { producers: readonly types.Producer[] };

/**
 * mediasoup's estimate starts from the most that will be sent, with a cap a little below: what
 * equals its start it never tells, and what it may never reach it does not look for. We send what
 * the rate controller says, whatever it believes (docs/adr/0003-rate-control.md).
 */
const ESTIMATE_CAP_SHARE = 0.95;

export async function openSeat(
  context: PlayerSeatContext,
  { device, probed, bitrateKbpsMax }: SeatOptions,
  events: SeatEvents,
  scope: Scope,
): Promise<Seat> {
  const { router, direct } = context;
  const rtpCapabilities = device.rtpCapabilities as types.RtpCapabilities;
  refuseUndecodable(router, context.producers, rtpCapabilities);
  const transportOptions = { initialAvailableOutgoingBitrate: bitrateKbpsMax * 1_000 };
  const [receive, send] = await openTransports(context, transportOptions, scope);
  watchConnection([receive, send], events);
  await receive.setMaxOutgoingBitrate(Math.round(bitrateKbpsMax * 1_000 * ESTIMATE_CAP_SHARE));
  await receive.enableTraceEvent(["bwe"]);
  receive.on("trace", (trace) => {
    if (trace.type !== "bwe") return;
    // mediasoup leaves the trace's shape open; this is how its worker fills it.
    const { availableBitrate } = trace.info as { availableBitrate?: unknown };
    if (typeof availableBitrate === "number") events.onBandwidth(availableBitrate / 1000);
  });

  const outgoing = await Promise.all([
    openOutgoing(direct, receive, Channel.frames, { ordered: false, maxRetransmits: 0 }, scope),
    openOutgoing(direct, receive, Channel.control, { ordered: true }, scope),
    ...(probed ? [openOutgoing(direct, receive, Channel.probe, { ordered: false, maxRetransmits: 0 }, scope)] : []),
  ]);
  const [frames, control, probe] = outgoing;
  const consumers = await Promise.all(
    context.producers.map((producer) => receive.consume({ producerId: producer.id, rtpCapabilities, enableRtx: true })),
  );

  await hearSilence(receive, consumers);

  const offer = makeOffer(router, { receive, send }, consumers, outgoing);
  const signal = answerSignals(
    { direct, transports: [receive, send] },
    (label) => (label === Channel.probe && !probed ? "this session's path is not probed" : undefined),
    (label, message) => hear(label, message, events),
    scope,
    { router, onVoice: events.onVoice, onCamera: events.onCamera },
  );

  function sendBeside(bytes: Uint8Array): void {
    if (frames.consumer.closed || frames.isFull() || receive.sctpState !== "connected") return;
    frames.producer.send(Buffer.from(bytes));
  }

  const video = consumers.find(({ kind }) => kind === "video");
  return {
    offer,
    signal,
    async readLink() {
      if (!video || video.closed) return undefined;
      const stats = (await video.getStats()).find(({ type }) => type === "outbound-rtp");
      if (!stats) return undefined;
      return {
        // RTCP says it in 256ths.
        lossShare: (stats.fractionLost ?? 0) / 256,
        roundTripMs: stats.roundTripTime ?? 0,
        bytesSent: stats.byteCount,
        packetsRetransmitted: stats.packetsRetransmitted ?? 0,
      };
    },
    sendFrameMark: (mark) => sendBeside(writeFrameMark(mark)),
    sendPong: (pong) => sendBeside(writePathPong(pong)),
    sendControl(message: NodeToPlayer) {
      if (!control.consumer.closed) control.producer.send(JSON.stringify(message));
    },
    sendProbe(bytes: Uint8Array) {
      if (probe && !probe.consumer.closed && !probe.isFull()) probe.producer.send(Buffer.from(bytes));
    },
  };
}

const MID_EXTENSION = "urn:ietf:params:rtp-hdrext:sdes:mid";

/**
 * Players send a little silence back where their sound comes in (`known-round-trip.ts` of the client): the
 * reports on it tell their browsers the round trip, and with it when to ask again for a lost repair.
 * Nobody consumes it.
 */
async function hearSilence(receive: types.WebRtcTransport, consumers: readonly types.Consumer[]): Promise<void> {
  const sound = consumers.find(({ kind }) => kind === "audio");
  const codec = sound?.rtpParameters.codecs[0];
  const mid = sound?.rtpParameters.headerExtensions?.find(({ uri }) => uri === MID_EXTENSION);
  if (!sound?.rtpParameters.mid || !codec || !mid) return;
  await receive.produce({
    kind: "audio",
    rtpParameters: { mid: sound.rtpParameters.mid, codecs: [{ ...codec, rtcpFeedback: [] }], headerExtensions: [mid], encodings: [{}], rtcp: {} },
  });
}

function hear(channel: SentLabel, message: Buffer, events: SeatEvents): void {
  switch (channel) {
    case Channel.control:
      return events.onControl(message.toString("utf8"));
    case Channel.receipts:
      return events.onReceipts(message);
    case Channel.probe:
      return events.onProbe(message);
    case Channel.inputState:
    case Channel.inputEdges:
      return events.onInput(message);
  }
}
