// What a player chose about friends, on this device.

import * as z from "zod/mini";
import { createKept, type Kept, type Shelf } from "../view-model/browser-storage.ts";

/** One that can't be read is as if it had never been written. */
const orElse = z.catch;

export const FriendsSettings = z.object({
  /** The title is quieter while friends speak. */
  quietTitle: orElse(z.boolean(), true),
});
export type FriendsSettings = z.infer<typeof FriendsSettings>;

export const createFriendsSettings = (storage: Shelf | undefined): Kept<FriendsSettings> =>
  createKept(storage, "nearframe.friends", FriendsSettings, { quietTitle: true });
