// One media path to a node: frames and sound in, input out, over mediasoup's two
// transports. Made from an offer; owned by its scope. Knows no session and no page.

import type { Scope } from "@nearframe/shared/lifetime";
import { Channel } from "@nearframe/shared/media/profile";
import type { DataConsumer, MediaConsumer, Offer, SignalCall, TransportParameters } from "@nearframe/shared/protocol/media";
import type { Device } from "mediasoup-client";
import type {
  ConnectionState, ConsumerOptions, DataConsumerOptions, DataProducer, IceParameters, Transport, TransportOptions,
} from "mediasoup-client/types";

export type ReceiverEvents = {
  onTrack(track: MediaStreamTrack): void;
  onConnected(): void;
  /** It may come back by itself, or after `restartIce`. */
  onDisconnected(): void;
  onFrameMark(bytes: Uint8Array): void;
  onControl(text: string): void;
};

/** A way out for messages; `send` drops what can't leave now and says so. */
export interface SendChannel {
  readonly bufferedBytes: number;
  send(data: Uint8Array<ArrayBuffer> | string): boolean;
}

export interface Receiver {
  readonly channels: { inputState: SendChannel; inputEdges: SendChannel; control: SendChannel; receipts: SendChannel };
  stats(): Promise<RTCStatsReport>;
  /** Rejects when the node can't be asked or does not know the transport any more. */
  restartIce(): Promise<void>;
}

export type ReceiverPorts = {
  device: Device;
  call(signal: SignalCall): Promise<Record<string, unknown>>;
};

export async function createReceiver(
  scope: Scope,
  offer: Offer,
  ports: ReceiverPorts,
  events: ReceiverEvents,
): Promise<Receiver> {
  const { device, call } = ports;
  const open = (parameters: TransportParameters, make: (options: TransportOptions) => Transport) => {
    // The one cast from the protocol's opaque objects to mediasoup's types; it validates them itself.
    const transport = scope.own(make(parameters as unknown as TransportOptions), (it) => it.close());
    transport.on("connect", ({ dtlsParameters }, done, fail) => {
      call({ call: "transport.connect", transportId: transport.id, dtlsParameters: { ...dtlsParameters } }).then(done, fail);
    });
    return transport;
  };
  const receive = open(offer.receive, (options) => device.createRecvTransport(options));
  const send = open(offer.send, (options) => device.createSendTransport(options));
  followConnection([receive, send], scope, events);

  send.on("producedata", ({ sctpStreamParameters, label }, done, fail) => {
    const channel = OUTGOING_CHANNELS.find((known) => known === label);
    if (!channel) return fail(new Error(`no channel ${String(label)} is part of the protocol`));
    call({
      call: "data.produce", transportId: send.id, label: channel, sctpStreamParameters: { ...sctpStreamParameters },
    }).then((value) => done({ id: String(value["id"]) }), fail);
  });

  const [, , inputState, inputEdges, control, receipts] = await Promise.all([
    Promise.all(offer.media.map((consumer) => consume(receive, consumer, events))),
    Promise.all(offer.data.map((consumer) => consumeData(receive, consumer, events))),
    produceData(send, Channel.inputState, { ordered: false, maxRetransmits: 0 }),
    produceData(send, Channel.inputEdges, { ordered: true }),
    produceData(send, Channel.control, { ordered: true }),
    produceData(send, Channel.receipts, { ordered: false, maxRetransmits: 0 }),
  ]);

  return {
    channels: { inputState, inputEdges, control, receipts },
    stats: () => receive.getStats(),
    async restartIce() {
      await Promise.all(
        [receive, send].map(async (transport) => {
          const value = await call({ call: "transport.restart-ice", transportId: transport.id });
          await transport.restartIce({ iceParameters: value as unknown as IceParameters });
        }),
      );
    },
  };
}

const OUTGOING_CHANNELS = [Channel.inputState, Channel.inputEdges, Channel.control, Channel.receipts] as const;

/** Two transports, one answer: connected when both are, disconnected when either is not. */
function followConnection(transports: readonly Transport[], scope: Scope, events: ReceiverEvents): void {
  const states = new Map<Transport, ConnectionState>();
  let connected = false;
  for (const transport of transports) {
    transport.on("connectionstatechange", (state) => {
      if (scope.closed) return;
      states.set(transport, state);
      const now = transports.every((each) => states.get(each) === "connected");
      const lost = [...states.values()].some((each) => each === "disconnected" || each === "failed");
      if (now && !connected) {
        connected = true;
        events.onConnected();
      } else if (lost && connected) {
        connected = false;
        events.onDisconnected();
      }
    });
  }
}

async function consume(transport: Transport, { id, producerId, kind, rtpParameters }: MediaConsumer, events: ReceiverEvents) {
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

async function consumeData(transport: Transport, consumer: DataConsumer, events: ReceiverEvents) {
  const { id, dataProducerId, label, protocol, sctpStreamParameters } = consumer;
  const incoming = await transport.consumeData({
    id, dataProducerId, label, protocol,
    sctpStreamParameters: sctpStreamParameters as unknown as DataConsumerOptions["sctpStreamParameters"],
  });
  incoming.on("message", (data: unknown) => {
    if (label === Channel.frames && data instanceof ArrayBuffer) events.onFrameMark(new Uint8Array(data));
    if (label === Channel.control && typeof data === "string") events.onControl(data);
  });
}

async function produceData(
  transport: Transport,
  label: (typeof OUTGOING_CHANNELS)[number],
  reliability: { ordered: boolean; maxRetransmits?: number },
): Promise<SendChannel> {
  return sendChannel(await transport.produceData({ label, ...reliability }));
}

function sendChannel(producer: DataProducer): SendChannel {
  return {
    get bufferedBytes() {
      return producer.closed ? 0 : producer.bufferedAmount;
    },
    send(data) {
      if (producer.closed || producer.readyState !== "open") return false;
      producer.send(data);
      return true;
    },
  };
}
