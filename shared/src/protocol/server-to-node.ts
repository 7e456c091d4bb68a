// What the server asks of a node.

import * as z from "zod/mini";
import { END_REASONS } from "../session/end-reasons.ts";
import { Title } from "../title/manifest.ts";
import { Device } from "./client-to-server.ts";
import { Id, SignalCall } from "./media.ts";

export const ServerToNode = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("node.welcome"), protocol: z.int(), heartbeatMs: z.int() }),
  /** The registration or a message was refused. */
  z.strictObject({ type: z.literal("error"), code: Id, message: z.string().check(z.maxLength(500)) }),
  z.strictObject({
    type: z.literal("session.start"),
    sessionId: Id,
    playerId: Id,
    title: Title,
    device: Device,
  }),
  /** New transports for a player who came back; the title has been running all the while. */
  z.strictObject({ type: z.literal("session.rejoin"), sessionId: Id, device: Device }),
  z.strictObject({ type: z.literal("session.signal"), sessionId: Id, callId: z.int(), signal: SignalCall }),
  z.strictObject({ type: z.literal("session.stop"), sessionId: Id, reason: z.enum(END_REASONS) }),
]);
export type ServerToNode = z.infer<typeof ServerToNode>;
