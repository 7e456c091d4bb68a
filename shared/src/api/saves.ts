// A player's saves, as the player sees them.

import * as z from "zod/mini";
import { Id } from "../protocol/media.ts";
import { OCCASIONS, SaveId } from "../saves/transfer.ts";

export const PlayerSave = z.strictObject({
  saveId: SaveId,
  sessionId: Id,
  /** When the node took it from the title's files. */
  takenAtMs: z.number(),
  occasion: z.enum(OCCASIONS),
  archiveBytes: z.int(),
  /**
   * `head`: the next session begins from it. `past`: an older one. `branch`: made beside the head, by
   * another device or node; waits for the player's choice.
   */
  place: z.enum(["head", "past", "branch"]),
});
export type PlayerSave = z.infer<typeof PlayerSave>;

export const TitleSaves = z.strictObject({
  titleId: Id,
  /** There is a branch: the player should choose. */
  diverged: z.boolean(),
  /** Newest first. */
  saves: z.array(PlayerSave),
});
export type TitleSaves = z.infer<typeof TitleSaves>;

/** `GET /api/saves`. */
export const SaveList = z.strictObject({ titles: z.array(TitleSaves) });
export type SaveList = z.infer<typeof SaveList>;

/** `POST /api/saves/TITLE/choose`: begin from this one next time. Answered by the title's `TitleSaves`. */
export const SaveChoice = z.strictObject({ saveId: SaveId });
export type SaveChoice = z.infer<typeof SaveChoice>;
