// What a program's action is in a hand's terms: steps, each so long after the one before. Pure.

import type { AgentAction } from "@nearframe/shared/agent/agent";
import { keyNumber } from "@nearframe/shared/input/codes";
import type { TitleSize } from "@nearframe/shared/title/manifest";
import type { InputAction } from "../input/ports.ts";

export type Stroke = { afterMs: number; actions: readonly InputAction[] };

const TAP_MS = 60;
const KEY_MS = 50;
const SWIPE_MS = 250;
/** About as often as a finger is told of. */
const STEP_MS = 16;

export function strokesOf(action: AgentAction, size: TitleSize): Stroke[] {
  const place = ({ x, y }: { x: number; y: number }): InputAction => ({
    kind: "move-to", x: Math.min(1, x / size.width), y: Math.min(1, y / size.height),
  });
  const press = (down: boolean): InputAction => ({ kind: "button", button: 0, down });
  switch (action.action) {
    case "tap":
      return [
        { afterMs: 0, actions: [place(action.at), press(true)] },
        { afterMs: action.holdMs ?? TAP_MS, actions: [press(false)] },
      ];
    case "swipe": {
      const { from, to, durationMs = SWIPE_MS } = action;
      const steps = Math.max(1, Math.round(durationMs / STEP_MS));
      const along = (share: number) => place({ x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share });
      return [
        { afterMs: 0, actions: [place(from), press(true)] },
        ...Array.from({ length: steps }, (_, i) => ({ afterMs: durationMs / steps, actions: [along((i + 1) / steps)] })),
        { afterMs: 0, actions: [press(false)] },
      ];
    }
    case "type":
      return [{ afterMs: 0, actions: [{ kind: "text", text: action.text }] }];
    case "key": {
      const code = keyNumber(action.code);
      if (code === undefined) return [];
      return [
        { afterMs: 0, actions: [{ kind: "key", code, down: true }] },
        { afterMs: KEY_MS, actions: [{ kind: "key", code, down: false }] },
      ];
    }
  }
}
