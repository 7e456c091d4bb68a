// A phone's way through its screens (back, home, recent apps) as keys that each runtime
// understands. The page shows buttons for those that a title has.

import * as z from "zod/mini";
import { CODES } from "../input/codes.ts";
import type { Runtime } from "./manifest.ts";

export const WAYS = ["back", "home", "recents"] as const;
export type Way = (typeof WAYS)[number];

/** `KeyboardEvent.code`s, pressed in this order and let go in the other. */
const Chord = z.array(z.string().check(z.refine((code) => code in CODES))).check(z.minLength(1), z.maxLength(3));
export const Ways = z.partialRecord(z.enum(WAYS), Chord);
export type Ways = z.infer<typeof Ways>;

const BY_RUNTIME: Partial<Record<Runtime, Ways>> = {
  // Phosh: its grid of apps, and the overview of those that run. GTK's apps know the back key.
  phone: { back: ["BrowserBack"], home: ["MetaLeft", "KeyA"], recents: ["MetaLeft", "KeyS"] },
  android: { back: ["BrowserBack"], home: ["BrowserHome"], recents: ["SelectTask"] },
  // Chromium without its bars; it has no home of its own.
  web: { back: ["BrowserBack"] },
};

export const waysOf = (runtime: Runtime): Ways | undefined => BY_RUNTIME[runtime];
