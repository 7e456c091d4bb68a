// What the server says over HTTP: the catalogue, and how a refusal looks.

import * as z from "zod/mini";
import { Id } from "../protocol/media.ts";
import { InputNeeds, TitleManifest, TitleSize } from "../title/manifest.ts";

/** Could a session start if the player tapped now? A hint: only the tap itself decides. */
export const Availability = z.discriminatedUnion("state", [
  z.strictObject({ state: z.literal("now") }),
  /** A node can run it, but every slot is taken: the player would wait in line. */
  z.strictObject({ state: z.literal("busy") }),
  /** No node that is connected can run it; why, in a sentence for the player. */
  z.strictObject({ state: z.literal("unavailable"), reason: z.string() }),
]);
export type Availability = z.infer<typeof Availability>;

/** The part of a manifest that everybody may see. */
export const PublicTitle = z.strictObject({
  id: Id,
  name: z.string(),
  summary: z.string(),
  publisher: z.string(),
  credits: z.string(),
  category: TitleManifest.shape.category,
  /** Addresses of the pictures on this server; a changed picture has a new address. */
  art: z.strictObject({ cover: z.string(), hero: z.string(), icon: z.optional(z.string()), preview: z.optional(z.string()), accent: z.string() }),
  size: TitleSize,
  fps: z.int(),
  input: InputNeeds,
  availability: Availability,
});
export type PublicTitle = z.infer<typeof PublicTitle>;

/** `GET /api/titles`, in the order to show them. */
export const TitleList = z.strictObject({ titles: z.array(PublicTitle) });
export type TitleList = z.infer<typeof TitleList>;

/** Every HTTP answer from 400 up. */
export const ApiError = z.strictObject({ code: z.string(), message: z.string() });
export type ApiError = z.infer<typeof ApiError>;
