// What a player chose for this device. Kept in the browser; a field that an older or
// newer page wrote in another way falls back to its default alone.

import * as z from "zod/mini";
import { createKept, type Kept, type Shelf } from "./browser-storage.ts";

export const LANGUAGES = ["auto", "en", "zh"] as const;
export const THEMES = ["auto", "dark", "light"] as const;
export const TEXT_SIZES = ["normal", "large", "largest"] as const;

/** Each field by itself: one that can't be read costs no other. */
const orElse = z.catch;

export const Settings = z.object({
  language: orElse(z.enum(LANGUAGES), "auto"),
  theme: orElse(z.enum(THEMES), "auto"),
  textSize: orElse(z.enum(TEXT_SIZES), "normal"),
  /** 360p30 at 1 Mbit/s: for little data and old decoders. */
  dataSaver: orElse(z.boolean(), false),
  /** The phone answers presses of on-screen parts, and shakes where a title shakes a pad. */
  haptics: orElse(z.boolean(), true),
  /** On-screen parts mirrored: the stick under the right thumb. */
  leftHanded: orElse(z.boolean(), false),
  /** The installed app opens with it, and after a while away. */
  lockScreen: orElse(z.boolean(), true),
});
export type Settings = z.infer<typeof Settings>;

export const DEFAULT_SETTINGS: Settings = {
  language: "auto", theme: "auto", textSize: "normal", dataSaver: false, haptics: true, leftHanded: false, lockScreen: true,
};

/** `dataSaver`: what the browser says of the player's wishes, until the player says it here. */
export const createSettings = (storage: Shelf | undefined, dataSaver = false): Kept<Settings> =>
  createKept(storage, "nearframe.settings", Settings, { ...DEFAULT_SETTINGS, dataSaver });

export type Language = Exclude<Settings["language"], "auto">;

/** The player's choice, else the first of the browser's languages that we speak, else English. */
export function chooseLanguage(chosen: Settings["language"], browser: readonly string[]): Language {
  if (chosen !== "auto") return chosen;
  for (const tag of browser) {
    const language = tag.toLowerCase().split("-")[0];
    if (language === "en" || language === "zh") return language;
  }
  return "en";
}

/** Colours and letters of the whole page hang on its root element. */
export function applySettings({ documentElement }: Document, settings: Settings): void {
  const { theme, textSize } = settings;
  if (theme === "auto") delete documentElement.dataset["theme"];
  else documentElement.dataset["theme"] = theme;
  documentElement.dataset["text"] = textSize;
}
