// An input sink whose fingers go to the title by its bridge: for titles that know touch, on displays that have no
// touch screen. All fingers are told each time, so that what got lost is made good by what comes next.

import type { TitleManifest } from "@nearframe/shared/title/manifest";
import type { InputAction, InputSink } from "./ports.ts";

export type Finger = { id: number; x: number; y: number; pressure: number };
/** `cancelled`: who is not among them any more was not lifted, but lost. */
export type Fingers = { fingers: readonly Finger[]; cancelled: boolean };

/** A browser takes them by its bridge; any other title gets one finger as its pointer where its display takes none. */
export const bridgesTouches = ({ runtime, input }: Pick<TitleManifest, "runtime" | "input">): boolean => runtime === "web" && input.touch;

export function bridgeTouches(sink: InputSink, tell: (fingers: Fingers) => void): InputSink {
  const down = new Map<number, Finger>();
  const { touch: _, ...lacks } = sink.lacks;

  function take({ id, phase, x, y, pressure }: Extract<InputAction, { kind: "touch" }>): void {
    if (phase === "down" || phase === "move") down.set(id, { id, x, y, pressure });
    else down.delete(id);
    tell({ fingers: [...down.values()], cancelled: phase === "cancel" });
  }

  return {
    lacks,
    async apply(actions) {
      for (const action of actions) if (action.kind === "touch") take(action);
      const others = actions.filter(({ kind }) => kind !== "touch");
      if (others.length > 0) await sink.apply(others);
    },
  };
}
