// What was played on this device, newest first.

import * as z from "zod/mini";
import { createKept, type Kept, type Shelf } from "./browser-storage.ts";

const Recent = z.strictObject({ titleId: z.string().check(z.maxLength(64)), playedAtMs: z.number() });
export const Recents = z.array(Recent);
export type Recents = z.infer<typeof Recents>;

export const RECENTS_MAX = 12;

export const createRecents = (storage: Shelf | undefined): Kept<Recents> =>
  createKept(storage, "nearframe.recents", Recents, []);

export function notePlayed(recents: Recents, titleId: string, playedAtMs: number): Recents {
  return [{ titleId, playedAtMs }, ...recents.filter((each) => each.titleId !== titleId)].slice(0, RECENTS_MAX);
}

export const forgetPlayed = (recents: Recents, titleId: string): Recents =>
  recents.filter((each) => each.titleId !== titleId);
