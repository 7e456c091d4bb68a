// One player's place in a room: two WebRTC transports (media out, input in), the
// consumers on them, and the data channels tied to this process.

import type { types } from "mediasoup";
import type { Scope } from "@nearframe/shared/lifetime";
import { writeFrameMark } from "@nearframe/shared/media/frame-mark";
import { writePathPong } from "@nearframe/shared/media/path-ping";
import { Channel } from "@nearframe/shared/media/profile";
import type { Offer, SignalCall, TransportParameters } from "@nearframe/shared/protocol/media";
import type { NodeToPlayer } from "@nearframe/shared/protocol/session-control";
import type { Seat, SeatEvents, SeatOptions } from "../../ports.ts";

export type SeatContext = {
  router: types.Router;
  direct: types.DirectTransport;
  webRtcServer: types.WebRtcServer;
  producers: readonly types.Producer[];
  onWarning(message: string): void;
};

export class CodecMissingError extends Error {
  readonly code = "CODEC_MISSING";
}
export class SignalError extends Error {
  readonly code = "SIGNAL_REFUSED";
}

/**
 * mediasoup's estimate starts from the most that will be sent, with a cap a little below: what
 * equals its start it never tells, and what it may never reach it does not look for. We send what
 * the rate controller says, whatever it believes (docs/adr/0003-rate-control.md).
 */
const ESTIMATE_CAP_SHARE = 0.95;
/** What may wait on one data channel: several seconds of frame marks; on top of that they are dropped. */
const SEND_QUEUE_BYTES_MAX = 16 * 1024;

export async function openSeat(
  context: SeatContext,
  { device, probed, bitrateKbpsMax }: SeatOptions,
  events: SeatEvents,
  scope: Scope,
): Promise<Seat> {
  const { router, direct } = context;
  const rtpCapabilities = device.rtpCapabilities as types.RtpCapabilities;
  for (const producer of context.producers) {
    if (!router.canConsume({ producerId: producer.id, rtpCapabilities })) {
      throw new CodecMissingError(`the player's browser can't receive ${producer.rtpParameters.codecs[0]?.mimeType}`);
    }
  }

  const createTransport = async () =>
    scope.own(
      await router.createWebRtcTransport({
        webRtcServer: context.webRtcServer,
        enableUdp: true,
        enableTcp: true,
        preferUdp: true,
        enableSctp: true,
        initialAvailableOutgoingBitrate: bitrateKbpsMax * 1_000,
        iceConsentTimeout: 10,
        maxReceiveMessageSize: 64 * 1024,
        sctpPerStreamSendQueueLimit: SEND_QUEUE_BYTES_MAX,
      }),
      (transport) => transport.close(),
    );
  const [receive, send] = await Promise.all([createTransport(), createTransport()]);
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

  const offer: Offer = {
    routerRtpCapabilities: { ...router.rtpCapabilities },
    receive: transportParameters(receive),
    send: transportParameters(send),
    media: consumers.map(({ id, producerId, kind, rtpParameters }) => ({
      id, producerId, kind, rtpParameters: { ...rtpParameters },
    })),
    data: outgoing.map(({ consumer }) => ({
      id: consumer.id,
      dataProducerId: consumer.dataProducerId,
      label: consumer.label,
      protocol: consumer.protocol,
      sctpStreamParameters: { ...consumer.sctpStreamParameters },
    })),
  };

  const transports = new Map([receive, send].map((transport) => [transport.id, transport]));
  const transportOf = (id: string) => {
    const transport = transports.get(id);
    if (!transport) throw new SignalError(`no transport ${id} in this session`);
    return transport;
  };

  /** Each channel once: a player can't make the node hold more than it has names for. */
  const produced = new Set<string>();

  async function signal(call: SignalCall): Promise<object> {
    switch (call.call) {
      case "transport.connect":
        await transportOf(call.transportId).connect({ dtlsParameters: call.dtlsParameters as types.DtlsParameters });
        return {};
      case "transport.restart-ice":
        return transportOf(call.transportId).restartIce();
      case "data.produce": {
        if (call.label === Channel.probe && !probed) throw new SignalError("this session's path is not probed");
        if (produced.has(call.label)) throw new SignalError(`the channel ${call.label} is open already`);
        produced.add(call.label);
        const dataProducer = await transportOf(call.transportId).produceData({
          label: call.label,
          sctpStreamParameters: call.sctpStreamParameters as types.SctpStreamParameters,
        });
        const incoming = await direct.consumeData({ dataProducerId: dataProducer.id });
        scope.own(incoming, (incoming) => incoming.close());
        incoming.on("message", (message) => hear(call.label, message, events));
        return { id: dataProducer.id };
      }
    }
  }

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

function hear(channel: Exclude<Channel, "frames">, message: Buffer, events: SeatEvents): void {
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

/** A channel from this process to the player. */
async function openOutgoing(
  direct: types.DirectTransport,
  receive: types.WebRtcTransport,
  label: string,
  reliability: { ordered: boolean; maxRetransmits?: number },
  scope: Scope,
) {
  const producer = scope.own(await direct.produceData({ label }), (producer) => producer.close());
  const consumer = await receive.consumeData({ dataProducerId: producer.id, ...reliability });
  // mediasoup tells when its SCTP buffer is full, and when it has drained again.
  let full = false;
  consumer.on("sctpsendbufferfull", () => (full = true));
  consumer.on("bufferedamountlow", () => (full = false));
  return { producer, consumer, isFull: () => full };
}

function transportParameters(transport: types.WebRtcTransport): TransportParameters {
  return {
    id: transport.id,
    iceParameters: { ...transport.iceParameters },
    iceCandidates: transport.iceCandidates.map((candidate) => ({ ...candidate })),
    dtlsParameters: { ...transport.dtlsParameters },
    ...(transport.sctpParameters ? { sctpParameters: { ...transport.sctpParameters } } : {}),
  };
}

/** Connected when both transports are; disconnected when one stops being so. */
function watchConnection(transports: readonly types.WebRtcTransport[], events: SeatEvents): void {
  let connected = false;
  const update = (why: string) => {
    const now = transports.every(
      ({ iceState, dtlsState }) => (iceState === "connected" || iceState === "completed") && dtlsState === "connected",
    );
    if (now === connected) return;
    connected = now;
    if (now) events.onConnected();
    else events.onDisconnected(why);
  };
  for (const transport of transports) {
    transport.on("icestatechange", (state) => update(`ICE is ${state}`));
    transport.on("dtlsstatechange", (state) => update(`DTLS is ${state}`));
  }
}
