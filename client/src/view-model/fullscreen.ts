// The whole screen for the stage, with what belongs to it: system keys for the
// title, the title's orientation on a phone.

import type { Scope } from "@nearframe/shared/lifetime";
import { lockKeyboard, unlockKeyboard } from "../input/grab.ts";

type Orientation = "landscape" | "portrait";
/** Not in TypeScript's DOM: browsers on phones have it. */
type LockableOrientation = ScreenOrientation & { lock?(orientation: Orientation): Promise<void> };

export interface Fullscreen {
  toggle(): Promise<void>;
}

export function createFullscreen(
  scope: Scope,
  stage: HTMLElement,
  /** The title's shape, once it is known. */
  size: () => { width: number; height: number } | undefined,
  onChange: (full: boolean) => void,
): Fullscreen {
  const document = stage.ownerDocument;
  const window = document.defaultView as Window;
  const isFull = () => document.fullscreenElement === stage;

  const follow = () => {
    const full = isFull();
    onChange(full);
    if (full) void enter();
    else unlockKeyboard(window.navigator);
  };
  async function enter(): Promise<void> {
    await lockKeyboard(window.navigator);
    const screen = window.screen.orientation as LockableOrientation | undefined;
    const shape = size();
    if (!shape) return;
    const orientation: Orientation = shape.width >= shape.height ? "landscape" : "portrait";
    // Desktops refuse, and need no turning.
    await screen?.lock?.(orientation).catch((error: unknown) => console.info("nearframe: the screen is not turned:", error));
  }
  document.addEventListener("fullscreenchange", follow);
  scope.own(document, async () => {
    document.removeEventListener("fullscreenchange", follow);
    unlockKeyboard(window.navigator);
    if (isFull()) await document.exitFullscreen();
  });

  return {
    async toggle() {
      if (isFull()) await document.exitFullscreen();
      else await stage.requestFullscreen({ navigationUI: "hide" });
    },
  };
}
