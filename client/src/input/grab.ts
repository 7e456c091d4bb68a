// Taking the mouse and the keyboard from the browser, as far as it lets us.

/** Experimental in TypeScript's eyes; Chromium has it in secure pages. */
type KeyboardLock = { lock(keys?: readonly string[]): Promise<void>; unlock(): void };

/** Resolves with false where the browser refuses; then the title can't turn its camera by mouse. */
export async function lockPointer(surface: HTMLElement): Promise<boolean> {
  if (!("requestPointerLock" in surface)) return false;
  try {
    // Without the desktop's acceleration the same hand movement is the same turn, as games expect.
    await surface.requestPointerLock({ unadjustedMovement: true });
    return true;
  } catch (error) {
    if (!(error instanceof DOMException) || error.name !== "NotSupportedError") return refused(error);
  }
  try {
    await surface.requestPointerLock();
    return true;
  } catch (error) {
    return refused(error);
  }
}

/** Escape, Tab and the system keys go to the title; works only in fullscreen. */
export async function lockKeyboard(navigator: Navigator): Promise<void> {
  const keyboard = (navigator as Navigator & { keyboard?: KeyboardLock }).keyboard;
  if (!keyboard?.lock) return;
  try {
    await keyboard.lock();
  } catch (error) {
    refused(error);
  }
}

export function unlockKeyboard(navigator: Navigator): void {
  (navigator as Navigator & { keyboard?: KeyboardLock }).keyboard?.unlock?.();
}

function refused(error: unknown): false {
  console.info("nearframe: the browser kept the device:", error);
  return false;
}
