// What every seat is made of, the player's and a guest's: two WebRTC transports, channels tied to
// this process, the offer that describes them, and answers to what the far end asks of them.

import type { types } from "mediasoup";
import type { Scope } from "@nearframe/shared/lifetime";
import type { Offer, SignalCall, TransportParameters } from "@nearframe/shared/protocol/media";
import { CodecMissingError, type SeatEvents } from "../../ports.ts";

export type SeatContext = {
  router: types.Router;
  direct: types.DirectTransport;
  webRtcServer: types.WebRtcServer;
};
export type SentLabel = Extract<SignalCall, { call: "data.produce" }>["label"];
type Outgoing = Awaited<ReturnType<typeof openOutgoing>>;

export class SignalError extends Error {
  readonly code = "SIGNAL_REFUSED";
}

/** What may wait on one data channel: several seconds of frame marks; on top of that they are dropped. */
const SEND_QUEUE_BYTES_MAX = 16 * 1024;

export function refuseUndecodable(
  router: types.Router,
  producers: readonly types.Producer[],
  rtpCapabilities: types.RtpCapabilities,
): void {
  for (const producer of producers) {
    if (!router.canConsume({ producerId: producer.id, rtpCapabilities })) {
      throw new CodecMissingError(`this browser can't receive ${producer.rtpParameters.codecs[0]?.mimeType}`);
    }
  }
}

/** One to receive on, one to send on. */
export async function openTransports(
  { router, webRtcServer }: SeatContext,
  options: { initialAvailableOutgoingBitrate?: number },
  scope: Scope,
): Promise<[receive: types.WebRtcTransport, send: types.WebRtcTransport]> {
  const createTransport = async () =>
    scope.own(
      await router.createWebRtcTransport({
        ...options,
        webRtcServer,
        enableUdp: true,
        enableTcp: true,
        preferUdp: true,
        enableSctp: true,
        iceConsentTimeout: 10,
        maxReceiveMessageSize: 64 * 1024,
        sctpPerStreamSendQueueLimit: SEND_QUEUE_BYTES_MAX,
      }),
      (transport) => transport.close(),
    );
  return Promise.all([createTransport(), createTransport()]);
}

export function makeOffer(
  router: types.Router,
  { receive, send }: { receive: types.WebRtcTransport; send: types.WebRtcTransport },
  consumers: readonly types.Consumer[],
  outgoing: readonly Outgoing[],
): Offer {
  return {
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
}

/** `refusal` says why the far end may not open a channel, or nothing. */
export function answerSignals(
  { direct, transports }: { direct: types.DirectTransport; transports: readonly types.WebRtcTransport[] },
  refusal: (label: SentLabel) => string | undefined,
  hear: (label: SentLabel, message: Buffer) => void,
  scope: Scope,
  /** Of whoever may send a microphone and a camera. */
  devices?: { router: types.Router } & Pick<SeatEvents, "onVoice" | "onCamera">,
): (call: SignalCall) => Promise<object> {
  const byId = new Map(transports.map((transport) => [transport.id, transport]));
  const transportOf = (id: string) => {
    const transport = byId.get(id);
    if (!transport) throw new SignalError(`no transport ${id} in this session`);
    return transport;
  };
  /** Each channel once: a player can't make the node hold more than it has names for. */
  const produced = new Set<string>();
  const sources = new Map<"microphone" | "camera", types.Producer>();

  return async (call) => {
    switch (call.call) {
      case "transport.connect":
        await transportOf(call.transportId).connect({ dtlsParameters: call.dtlsParameters as types.DtlsParameters });
        return {};
      case "transport.restart-ice":
        return transportOf(call.transportId).restartIce();
      case "data.produce": {
        const refused = refusal(call.label);
        if (refused !== undefined) throw new SignalError(refused);
        if (produced.has(call.label)) throw new SignalError(`the channel ${call.label} is open already`);
        produced.add(call.label);
        const dataProducer = await transportOf(call.transportId).produceData({
          label: call.label,
          sctpStreamParameters: call.sctpStreamParameters as types.SctpStreamParameters,
        });
        const incoming = await direct.consumeData({ dataProducerId: dataProducer.id });
        scope.own(incoming, (incoming) => incoming.close());
        incoming.on("message", (message) => hear(call.label, message));
        return { id: dataProducer.id };
      }
      case "agent":
        throw new SignalError("a program asks the session, not a seat in it");
      case "media.produce": {
        const { source } = call;
        if (!devices) throw new SignalError(`a ${source} is the session's own player's`);
        const rtpParameters = call.rtpParameters as types.RtpParameters;
        if (source === "camera" && !isPlainVp8(rtpParameters)) throw new SignalError("a camera is sent as VP8, in one size");
        const producer = await transportOf(call.transportId).produce({ kind: source === "camera" ? "video" : "audio", rtpParameters });
        // A page that lets go of its device and takes it up again has a new source; the old one is over.
        sources.get(source)?.close();
        sources.set(source, producer);
        const heard = await direct.consume({ producerId: producer.id, rtpCapabilities: devices.router.rtpCapabilities });
        scope.own(heard, (heard) => heard.close());
        // Refused where it closes meanwhile: then nobody waits for it.
        const requestKeyframe = () => void heard.requestKeyFrame().catch(() => undefined);
        heard.on("rtp", (packet) => {
          if (sources.get(source) !== producer) return;
          if (source === "camera") devices.onCamera(packet, requestKeyframe);
          else devices.onVoice(packet);
        });
        return { id: producer.id };
      }
    }
  };
}

/** What the title's browser is going to decode; mediasoup has looked at the shape of neither yet. */
function isPlainVp8({ codecs, encodings }: types.RtpParameters): boolean {
  return Array.isArray(codecs) && String(codecs[0]?.mimeType).toLowerCase() === "video/vp8" && Array.isArray(encodings) && encodings.length === 1;
}

/** A channel from this process to the player. */
export async function openOutgoing(
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
export function watchConnection(transports: readonly types.WebRtcTransport[], events: Pick<SeatEvents, "onConnected" | "onDisconnected">): void {
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
