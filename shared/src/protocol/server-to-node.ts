// What the server asks of a node.

import * as z from "zod/mini";
import { FRIENDS_TO_NODE } from "../friends/messages.ts";
import { TO_NODE } from "../node/messages.ts";
import { ProbeNonce } from "../probe/probe-result.ts";
import { SaveGrant } from "../saves/save-grant.ts";
import { END_REASONS } from "../session/end-reasons.ts";
import { TitleSource } from "../title-store/package.ts";
import { Title } from "../title/manifest.ts";
import { Device } from "./client-to-server.ts";
import { Epoch, Id, SignalCall } from "./media.ts";

export const ServerToNode = z.discriminatedUnion("type", [
  ...TO_NODE,
  /** The registration or a message was refused. */
  z.strictObject({ type: z.literal("error"), code: Id, message: z.string().check(z.maxLength(500)) }),
  /**
   * A candidate: open transports for the player, and nothing else; answered by `session.offer`. Closes
   * by itself after ten seconds, unless `session.start` comes under the same epoch.
   */
  z.strictObject({
    type: z.literal("session.prepare"),
    sessionId: Id,
    epoch: Epoch,
    playerId: Id,
    title: Title,
    device: Device,
    nonce: ProbeNonce,
  }),
  /** What was prepared under this epoch is used; then there is no second offer. */
  z.strictObject({
    type: z.literal("session.start"),
    sessionId: Id,
    epoch: Epoch,
    playerId: Id,
    title: Title,
    device: Device,
    /** Left out where the title keeps nothing. */
    save: z.optional(SaveGrant),
    /** Where the node finds the title if it lacks it. */
    source: z.optional(TitleSource),
  }),
  /** New transports for a player who came back; the title has been running all the while. */
  z.strictObject({ type: z.literal("session.rejoin"), sessionId: Id, epoch: Epoch, device: Device }),
  z.strictObject({ type: z.literal("session.signal"), sessionId: Id, epoch: Epoch, callId: z.int(), signal: SignalCall }),
  z.strictObject({ type: z.literal("session.stop"), sessionId: Id, epoch: Epoch, reason: z.enum(END_REASONS) }),
  ...FRIENDS_TO_NODE,
  /** Players are expected to want it: fetch it, unless it is here, while nothing else needs the line. */
  z.strictObject({ type: z.literal("title.fetch"), title: Title, source: TitleSource }),
]);
export type ServerToNode = z.infer<typeof ServerToNode>;
