// One media path to a node: frames and sound in, input out, over mediasoup's two
// transports. Made from an offer; owned by its scope. Knows no session and no page.
//
// A path comes up in two parts. `openPath` connects, and makes ready to receive; that is all a
// candidate gets, beside its channel for pings. `open` adds the channels of the player's hands.

import type { Scope } from "@nearframe/shared/lifetime";
import { Channel } from "@nearframe/shared/media/profile";
import type { DataConsumer, MediaConsumer, Offer, SignalCall, TransportParameters } from "@nearframe/shared/protocol/media";
import type { Device } from "mediasoup-client";
import type {
  ConsumerOptions, DataConsumer as DataConsumerObject, DataConsumerOptions, DataProducer, IceParameters, Transport, TransportOptions,
} from "mediasoup-client/types";
import { followConnection } from "./follow-connection.ts";
import { cameraEncoding } from "./camera-encoding.ts";
import { shareRoundTrip } from "./known-round-trip.ts";

export type PathEvents = {
  onTrack(track: MediaStreamTrack): void;
  onConnected(): void;
  /** It may come back by itself, or after `restartIce`. */
  onDisconnected(): void;
  onFrameMark(bytes: Uint8Array): void;
  onControl(text: string): void;
  /** Pings can go out, and their answers come in. Only where the offer is a candidate's. */
  onProbeOpen(channel: SendChannel): void;
  onProbe(bytes: Uint8Array): void;
};

/** A way out for messages; `send` drops what can't leave now, nor as soon as the way is open, and says so. */
export interface SendChannel {
  readonly bufferedBytes: number;
  send(data: Uint8Array<ArrayBuffer> | string): boolean;
}

/** One of which it is known when it begins to send. */
export interface OpeningChannel extends SendChannel {
  /** Never settles where the channel closes first. */
  readonly opened: Promise<void>;
}

export interface SentTrack {
  /** Goes on with another track of the same kind. */
  replace(track: MediaStreamTrack): Promise<void>;
  close(): void;
}

export interface Receiver {
  readonly channels: { inputState: SendChannel; inputEdges: OpeningChannel; control: SendChannel; receipts: SendChannel };
  /** The player's microphone to the node, which must have been told that it comes. Rejects when the node refuses. */
  sendVoice(track: MediaStreamTrack): Promise<SentTrack>;
  /** The player's camera, in the same way. */
  sendCamera(track: MediaStreamTrack): Promise<SentTrack>;
  stats(): Promise<RTCStatsReport>;
  /** Lets the browser learn the round trip, for its repairs. Holds the page up for a moment: not before it has a picture. */
  learnRoundTrip(): void;
  /** Rejects when the node can't be asked or does not know the transport any more. */
  restartIce(): Promise<void>;
}

export interface Path {
  /** Resolves when the node knows of all that receives; rejects when it refuses. */
  readonly ready: Promise<void>;
  /** Once: this path is the session's. */
  open(): Promise<Receiver>;
  /** Once, instead of `open`: this path is a guest's, who may play a pad or nothing. */
  openFor(hands: "pad" | "nothing"): Promise<GuestChannels>;
}

/** What a guest may send: a pad's state for those who have one, and small questions. */
export type GuestChannels = { control: SendChannel; input: { inputState: SendChannel; inputEdges: OpeningChannel } | undefined };

export type ReceiverPorts = {
  device: Device;
  call(signal: SignalCall): Promise<Record<string, unknown>>;
};

type SentLabel = Extract<SignalCall, { call: "data.produce" }>["label"];

export function openPath(scope: Scope, offer: Offer, { device, call }: ReceiverPorts, events: PathEvents): Path {
  // The node is told while the path comes up: waiting for its word would add a way to the server
  // and back to each step. A refusal is heard at the end, and the whole fails with it.
  const told: Promise<unknown>[] = [];
  const tell = (signal: SignalCall) => {
    const answer = call(signal);
    answer.catch(() => undefined);
    told.push(answer);
    return answer;
  };
  const allTold = async () => void (await Promise.all(told));

  const make = (parameters: TransportParameters, create: (options: TransportOptions) => Transport) => {
    // The one cast from the protocol's opaque objects to mediasoup's types; it validates them itself.
    const transport = scope.own(create(parameters as unknown as TransportOptions), (it) => it.close());
    transport.on("connect", ({ dtlsParameters }, done) => {
      void tell({ call: "transport.connect", transportId: transport.id, dtlsParameters: { ...dtlsParameters } });
      done();
    });
    return transport;
  };
  const receive = make(offer.receive, (options) => device.createRecvTransport(options));
  const roundTrip = shareRoundTrip(receive, scope);
  const send = make(offer.send, (options) => device.createSendTransport(options));
  followConnection([receive, send], scope, events);

  const produced = new Map<SentLabel, Promise<unknown>>();
  send.on("producedata", ({ sctpStreamParameters, label }, done, fail) => {
    const channel = SENT_LABELS.find((known) => known === label);
    if (!channel) return fail(new Error(`no channel ${String(label)} is part of the protocol`));
    produced.set(channel, tell({
      call: "data.produce", transportId: send.id, label: channel, sctpStreamParameters: { ...sctpStreamParameters },
    }));
    // The node's own id for it is used by nobody here.
    done({ id: channel });
  });

  send.on("produce", ({ kind, rtpParameters }, done, fail) => {
    const source = kind === "audio" ? "microphone" : "camera";
    call({ call: "media.produce", transportId: send.id, source, rtpParameters: { ...rtpParameters } }).then(
      ({ id }) => done({ id: String(id) }),
      fail,
    );
  });

  const ready = (async () => {
    const incoming = Promise.all(offer.data.map((consumer) => consumeData(receive, consumer, events)));
    await Promise.all([Promise.all(offer.media.map((consumer) => consume(receive, consumer, events))), incoming, openProbe(incoming)]);
    await allTold();
  })();

  async function openProbe(incoming: Promise<readonly DataConsumerObject[]>): Promise<void> {
    if (!offer.data.some(({ label }) => label === Channel.probe)) return;
    const outgoing = await produceData(send, Channel.probe, UNORDERED);
    const answers = (await incoming).find(({ label }) => label === Channel.probe);
    await Promise.all([outgoing.opened, answers && opened(answers), produced.get(Channel.probe)]);
    if (!scope.closed) events.onProbeOpen(outgoing);
  }

  const openHands = async () => {
    const [inputState, inputEdges] = await Promise.all([
      produceData(send, Channel.inputState, UNORDERED),
      produceData(send, Channel.inputEdges, { ordered: true }),
    ]);
    return { inputState, inputEdges };
  };
  const openControl = (waitingMax: number) => produceData(send, Channel.control, { ordered: true }, waitingMax);

  return {
    ready,
    async openFor(hands) {
      const [control, input] = await Promise.all([openControl(0), hands === "pad" ? openHands() : undefined]);
      await allTold();
      return { control, input };
    },
    async open() {
      const [{ inputState, inputEdges }, control, receipts] = await Promise.all([
        openHands(),
        openControl(WORDS_WAITING_MAX),
        produceData(send, Channel.receipts, UNORDERED),
      ]);
      // What is sent before the node knows of a channel is lost, even on a reliable one.
      await allTold();
      return {
        channels: { inputState, inputEdges, control, receipts },
        async sendVoice(track) {
          const producer = await send.produce({ track, stopTracks: false, codecOptions: { opusDtx: true, opusFec: true } });
          return { replace: (next) => producer.replaceTrack({ track: next }), close: () => producer.close() };
        },
        async sendCamera(track) {
          const codec = device.sendRtpCapabilities.codecs?.find(({ mimeType }) => mimeType.toLowerCase() === "video/vp8");
          if (!codec) throw new Error("this browser sends no VP8");
          const producer = await send.produce({ track, codec, stopTracks: false, encodings: [cameraEncoding(track.getSettings())] });
          return {
            async replace(next) {
              await producer.replaceTrack({ track: next });
              await producer.setRtpEncodingParameters(cameraEncoding(next.getSettings()));
            },
            close: () => producer.close(),
          };
        },
        stats: () => receive.getStats(),
        learnRoundTrip: roundTrip.start,
        async restartIce() {
          await Promise.all(
            [receive, send].map(async (transport) => {
              const value = await call({ call: "transport.restart-ice", transportId: transport.id });
              await transport.restartIce({ iceParameters: value as unknown as IceParameters });
            }),
          );
        },
      };
    },
  };
}

const SENT_LABELS: readonly SentLabel[] = [
  Channel.inputState, Channel.inputEdges, Channel.control, Channel.receipts, Channel.probe,
];
/** Of words to the node: what the player wants, gives and takes back, each said once. */
const WORDS_WAITING_MAX = 16;
const UNORDERED = { ordered: false, maxRetransmits: 0 };

async function consume(transport: Transport, { id, producerId, kind, rtpParameters }: MediaConsumer, events: PathEvents) {
  const consumer = await transport.consume({
    id, producerId, kind,
    rtpParameters: rtpParameters as unknown as ConsumerOptions["rtpParameters"],
    // Sound and picture in streams of their own: browsers align what shares a stream, which
    // costs a buffer and closes the low-latency path.
    streamId: `${kind}-${producerId}`,
  });
  const receiver = consumer.rtpReceiver;
  // A hint on top of the sender's playout-delay: show what is there.
  if (receiver && "jitterBufferTarget" in receiver) receiver.jitterBufferTarget = 0;
  events.onTrack(consumer.track);
}

async function consumeData(transport: Transport, consumer: DataConsumer, events: PathEvents) {
  const { id, dataProducerId, label, protocol, sctpStreamParameters } = consumer;
  const incoming = await transport.consumeData({
    id, dataProducerId, label, protocol,
    sctpStreamParameters: sctpStreamParameters as unknown as DataConsumerOptions["sctpStreamParameters"],
  });
  incoming.on("message", (data: unknown) => {
    if (data instanceof ArrayBuffer) {
      if (label === Channel.frames) events.onFrameMark(new Uint8Array(data));
      if (label === Channel.probe) events.onProbe(new Uint8Array(data));
    } else if (label === Channel.control && typeof data === "string") {
      events.onControl(data);
    }
  });
  return incoming;
}

/** Never, where it closes first: whoever waits is gone by then. */
function opened(channel: { readyState: RTCDataChannelState; once(event: "open", listener: () => void): unknown }): Promise<void> {
  return new Promise((resolve) => {
    if (channel.readyState === "open") resolve();
    else channel.once("open", resolve);
  });
}

async function produceData(
  transport: Transport,
  label: SentLabel,
  reliability: { ordered: boolean; maxRetransmits?: number },
  waitingMax = 0,
): Promise<OpeningChannel> {
  return sendChannel(await transport.produceData({ label, ...reliability }), waitingMax);
}

/** `waitingMax`: so many messages are kept until it opens. */
function sendChannel(producer: DataProducer, waitingMax: number): OpeningChannel {
  const waiting: (Uint8Array<ArrayBuffer> | string)[] = [];
  producer.once("open", () => {
    for (const data of waiting.splice(0)) producer.send(data);
  });
  return {
    opened: opened(producer),
    get bufferedBytes() {
      return producer.closed ? 0 : producer.bufferedAmount;
    },
    send(data) {
      if (producer.closed) return false;
      if (producer.readyState === "open") {
        producer.send(data);
        return true;
      }
      if (producer.readyState !== "connecting" || waiting.length >= waitingMax) return false;
      waiting.push(data);
      return true;
    },
  };
}
