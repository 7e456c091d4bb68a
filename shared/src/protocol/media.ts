// What mediasoup and its client say to each other through us.
//
// Their own types are large and theirs to check (mediasoup validates each on
// arrival); here they are objects of bounded size. The casts back to
// mediasoup's types happen once, at the SFU adapter and the client's receiver.

import * as z from "zod/mini";
import { AgentRequest, AgentSecret } from "../agent/agent.ts";

const Opaque = z.looseObject({});
export const Id = z.string().check(z.minLength(1), z.maxLength(64), z.regex(/^[A-Za-z0-9_.:-]+$/));

/**
 * A lease's number. It only grows, and whoever speaks with an older one is refused. Each candidate
 * of a session has a lease of its own, so it names the candidate too.
 */
export const Epoch = z.int().check(z.gte(1));

export const TransportParameters = z.strictObject({
  id: Id,
  iceParameters: Opaque,
  iceCandidates: z.array(Opaque).check(z.maxLength(32)),
  dtlsParameters: Opaque,
  sctpParameters: z.optional(Opaque),
});
export type TransportParameters = z.infer<typeof TransportParameters>;

export const MediaConsumer = z.strictObject({
  id: Id,
  producerId: Id,
  kind: z.enum(["audio", "video"]),
  rtpParameters: Opaque,
});
export type MediaConsumer = z.infer<typeof MediaConsumer>;

export const DataConsumer = z.strictObject({
  id: Id,
  dataProducerId: Id,
  label: z.string().check(z.maxLength(64)),
  protocol: z.string().check(z.maxLength(64)),
  sctpStreamParameters: Opaque,
});
export type DataConsumer = z.infer<typeof DataConsumer>;

/** Everything a player needs to receive a session and to send input to it. */
export const Offer = z.strictObject({
  routerRtpCapabilities: Opaque,
  /** Media and frame marks, node to player. */
  receive: TransportParameters,
  /** Input, player to node. */
  send: TransportParameters,
  media: z.array(MediaConsumer).check(z.maxLength(4)),
  data: z.array(DataConsumer).check(z.maxLength(4)),
});
export type Offer = z.infer<typeof Offer>;

/** What a player asks of the node while it connects; relayed by the server unread. */
export const SignalCall = z.discriminatedUnion("call", [
  z.strictObject({ call: z.literal("transport.connect"), transportId: Id, dtlsParameters: Opaque }),
  z.strictObject({ call: z.literal("transport.restart-ice"), transportId: Id }),
  z.strictObject({
    call: z.literal("data.produce"),
    transportId: Id,
    label: z.enum(["input.state", "input.edges", "control", "receipts", "probe"]),
    sctpStreamParameters: Opaque,
  }),
  /** Of a program that the player has given leave; the server asks it for the program. */
  z.strictObject({ call: z.literal("agent"), secret: AgentSecret, request: AgentRequest }),
  /** The player's microphone (Opus) or camera (VP8): nothing of it is passed on unless the player has granted it over `control`. */
  z.strictObject({ call: z.literal("media.produce"), transportId: Id, source: z.enum(["microphone", "camera"]), rtpParameters: Opaque }),
]);
export type SignalCall = z.infer<typeof SignalCall>;

export const SignalResult = z.discriminatedUnion("ok", [
  z.strictObject({ ok: z.literal(true), value: Opaque }),
  z.strictObject({ ok: z.literal(false), code: Id, message: z.string().check(z.maxLength(500)) }),
]);
export type SignalResult = z.infer<typeof SignalResult>;
