// The nodes over HTTP: what everybody may see of them.

import * as z from "zod/mini";
import { EncoderReports } from "../media/encoder-reports.ts";
import { NODE_STATES } from "../node/node-states.ts";
import { Id } from "../protocol/media.ts";
import { RUNTIMES } from "../title/manifest.ts";

const Count = z.int().check(z.gte(0));

/** Its address is its host's own business, and is not among this. */
export const PublicNode = z.strictObject({
  id: Id,
  name: z.string(),
  state: z.enum(NODE_STATES),
  /** Where it is, as far as is known: ISO country, and a region of it; empty where it is not. */
  country: z.string(),
  region: z.string(),
  runtimes: z.array(z.enum(RUNTIMES)),
  titleIds: z.array(Id),
  slots: Count,
  slotsFree: Count,
  /** Run by who runs the server, too. */
  trusted: z.boolean(),
  encoders: EncoderReports,
  record: z.strictObject({
    sessionsEnded: Count,
    sessionsFailedByHost: Count,
    sessionsLast7Days: Count,
    uptimeShare: z.number(),
  }),
});
export type PublicNode = z.infer<typeof PublicNode>;

/** `GET /api/nodes?state=…&country=…&limit=…`: the first so many that fit, and how many there are of each state. */
export const NodeList = z.strictObject({
  /** Of those that fit. */
  total: Count,
  states: z.partialRecord(z.enum(NODE_STATES), Count),
  nodes: z.array(PublicNode),
});
export type NodeList = z.infer<typeof NodeList>;

export const NODES_LISTED_MAX = 1_000;
export const NODES_LISTED_DEFAULT = 100;
