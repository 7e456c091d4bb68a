// How a phone's shell is started: a Wayland compositor (phoc) as large as the
// display, and Phosh in it. Pure.

import type { TitleSize } from "@nearframe/shared/title/manifest";

/** Of Phosh's bar at the top, below which apps begin. */
export const BAR_POINTS = 32;
/** A phone's screen is about so many points wide, whatever its pixels. */
const WIDTH_POINTS = 400;
const SCALE_STEP = 0.25;

/** phoc's scale for a screen of this size. */
export function phoneScale({ width, height }: TitleSize): number {
  const scale = Math.min(width, height) / WIDTH_POINTS;
  return Math.max(1, Math.round(scale / SCALE_STEP) * SCALE_STEP);
}

/** phoc.ini(5). The output's name is wlroots', for its first window on an X display. */
export function compositorSettings(size: TitleSize): string {
  return ["[core]", "xwayland=false", "", "[output:X11-1]", `mode = ${size.width}x${size.height}`, `scale = ${phoneScale(size)}`, ""].join("\n");
}

export const PHONE_ENVIRONMENT = {
  WLR_BACKENDS: "x11",
  // A phone's screen is small and seldom moves as a whole: pixman draws it in half the time that OpenGL on the CPU takes.
  WLR_RENDERER: "pixman",
  XDG_CURRENT_DESKTOP: "Phosh:GNOME",
  XDG_SESSION_TYPE: "wayland",
  // Settings as a file in the home, kept with it.
  GSETTINGS_BACKEND: "keyfile",
  GDK_BACKEND: "wayland",
  CHROMIUM_FLAGS: "--ozone-platform=wayland --no-first-run --disable-gpu",
} as const;
