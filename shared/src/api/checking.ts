// What everybody may read of checking over HTTP (docs/checking.md).

import * as z from "zod/mini";
import { CHECK_KINDS, FaultName } from "../checking/published.ts";
import { Digest } from "../checking/report.ts";
import { NODE_STATES } from "../node/node-states.ts";
import { PublicKey } from "../node/identity.ts";
import { Id } from "../protocol/media.ts";

const Ms = z.number();
const Share = z.number().check(z.gte(0), z.lte(1));
const Count = z.int().check(z.gte(0));

/** `GET /api/checking/epochs?before=N&limit=N`: the closed ones, newest first. One of them, `/api/checking/epochs/N`, is a `PublishedEpoch`. */
export const EpochList = z.strictObject({
  /** The servers' key, which every epoch is signed with. */
  publicKey: PublicKey,
  epochMs: Count,
  epochs: z.array(z.strictObject({ epoch: Count, digest: Digest, endedAtMs: Ms })),
});
export type EpochList = z.infer<typeof EpochList>;
export const EPOCHS_LISTED_MAX = 500;
export const EPOCHS_LISTED_DEFAULT = 50;

export const Scores = z.strictObject({ performance: Share, reliability: Share, honesty: Share, overall: Share });

export const CheckedNode = z.strictObject({
  id: Id,
  name: z.string(),
  state: z.enum(NODE_STATES),
  /** Where it is, to a tenth of a degree: left out where nobody knows. */
  place: z.optional(z.strictObject({ latitude: z.number(), longitude: z.number(), country: z.string(), region: z.string() })),
  /** Left out until something has been found of it. */
  score: z.optional(z.extend(Scores, { reasons: z.array(z.string()), atMs: Ms })),
  /** By day (since 1970, UTC), oldest first, 30 at most. */
  trend: z.array(z.extend(Scores, { day: Count })),
  /** By a penalty committee; the node is back after `clearsNeeded` clear verdicts, or when an appeal is upheld. */
  quarantine: z.optional(z.strictObject({ fault: FaultName, reason: z.string(), sinceMs: Ms, epoch: Count, taskId: Id, clears: Count, clearsNeeded: Count })),
  appeal: z.optional(z.strictObject({ atMs: Ms, state: z.enum(["asked", "upheld", "rejected"]) })),
});
export type CheckedNode = z.infer<typeof CheckedNode>;

/** `GET /api/checking/nodes?state=…&country=…&operator=…&limit=…`. */
export const CheckedNodeList = z.strictObject({
  /** Of those that fit. */
  total: Count,
  nodes: z.array(CheckedNode),
});
export type CheckedNodeList = z.infer<typeof CheckedNodeList>;
export const CHECKED_NODES_LISTED_MAX = 1_000;
export const CHECKED_NODES_LISTED_DEFAULT = 100;

/** `GET /api/checking/nodes/:id`. */
export const CheckedNodeDetail = z.strictObject({
  node: CheckedNode,
  /** Newest first, 200 at most. The epoch has the reports that each rests on. */
  verdicts: z.array(z.strictObject({
    epoch: Count,
    taskId: Id,
    atMs: Ms,
    kind: z.enum(["routine", "penalty"]),
    check: z.enum(CHECK_KINDS),
    outcome: z.enum(["undecided", "clear", "faulty"]),
    faults: z.array(FaultName),
    reports: Count,
    overturned: z.boolean(),
  })),
  /** What to mend, the most costly first, with a sentence for the host. */
  toFix: z.array(z.strictObject({ fault: FaultName, times: Count, lastAtMs: Ms, advice: z.string() })),
  /** What waits for a penalty committee. */
  suspicions: z.array(z.strictObject({ fault: FaultName, epochs: z.array(Count), lastAtMs: Ms })),
});
export type CheckedNodeDetail = z.infer<typeof CheckedNodeDetail>;
export const VERDICTS_SHOWN_MAX = 200;

/** `POST /api/checking/appeals`, signed with the node's key (see `signedText`). */
export const AppealRequest = z.strictObject({
  type: z.literal("node.appeal"),
  nodeId: Id,
  publicKey: PublicKey,
  /** By the host's clock; an old one is refused. */
  atMs: Ms,
  reason: z.string().check(z.maxLength(500)),
  signature: z.string(),
});
export type AppealRequest = z.infer<typeof AppealRequest>;
export const APPEAL_AGE_MS_MAX = 10 * 60_000;
