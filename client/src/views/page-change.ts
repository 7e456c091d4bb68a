// Going from one page to another as one movement, where the browser can (View
// Transitions) and the player does not mind.

import { flushSync } from "react-dom";

/** The picture that grows from a tile to the whole screen: both ends carry this name. */
export const ART_TRANSITION = "title-art";

/** `grows`: what was pressed; its picture becomes the next page's. */
export function withTransition(change: () => void, grows?: Element | null): void {
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (still || !("startViewTransition" in document) || document.visibilityState === "hidden") return change();
  const picture = grows?.querySelector("img");
  picture?.style.setProperty("view-transition-name", ART_TRANSITION);
  const transition = document.startViewTransition(() => flushSync(change));
  const clear = () => void picture?.style.removeProperty("view-transition-name");
  // Skipped, as when the page is hidden meanwhile: the change itself was made.
  transition.finished.then(clear, clear);
  transition.ready.catch(() => undefined);
}
