// What of a title's manifest a browser needs.

import * as z from "zod/mini";
import { InputNeeds, TitleSize } from "../title/manifest.ts";
import { Ways } from "../title/ways.ts";
import { SENSES } from "../title/senses.ts";
import { Id } from "./media.ts";

/** How the player's screen should treat the title: what of the manifest the client needs. */
export const SessionTitle = z.strictObject({
  id: Id,
  name: z.string(),
  size: TitleSize,
  fps: z.int(),
  input: InputNeeds,
  /** Left out where the title has no screens to go through. */
  ways: z.optional(Ways),
  /** A program may use it, by the player's leave (`agent/agent.ts`). */
  agents: z.optional(z.boolean()),
  /** What of the player's device it makes use of. */
  sensors: z.optional(z.array(z.enum(SENSES))),
});
export type SessionTitle = z.infer<typeof SessionTitle>;
