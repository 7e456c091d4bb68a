import type { PartLook } from "../../input/touch-controls.ts";

/** Follows the finger past React: only custom properties of one element change. */
export function showLook(layer: HTMLElement, { part, pressed, dx, dy }: PartLook): void {
  const element = layer.querySelector<HTMLElement>(`[data-part="${part}"]`);
  if (!element) return;
  element.toggleAttribute("data-pressed", pressed);
  element.style.setProperty("--dx", dx.toFixed(3));
  element.style.setProperty("--dy", dy.toFixed(3));
}
