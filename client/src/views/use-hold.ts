import { useEffect, useRef, type PointerEvent, type SyntheticEvent } from "react";

/** As long as phones take for a long press. */
const HOLD_MS = 500;

/**
 * One button, two meanings: pressed, and held (or asked for its menu by the mouse or the
 * keyboard). The click that follows a hold is no press.
 */
export function useHold<E extends Element>(onPress: (element: E) => void, onHold: () => void) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const state = useRef<"idle" | "down" | "held">("idle");
  useEffect(() => () => clearTimeout(timer.current), []);
  const hold = () => {
    state.current = "held";
    clearTimeout(timer.current);
    onHold();
  };
  const end = () => clearTimeout(timer.current);
  return {
    onPointerDown: (event: PointerEvent) => {
      end();
      state.current = "idle";
      if (event.button !== 0) return;
      state.current = "down";
      timer.current = setTimeout(hold, HOLD_MS);
    },
    onPointerUp: end,
    onPointerLeave: end,
    onPointerCancel: end,
    onContextMenu: (event: SyntheticEvent) => {
      event.preventDefault();
      // Phones ask for a menu at the end of the same long press.
      if (state.current === "down") hold();
      else if (state.current === "idle") onHold();
    },
    onClick: (event: SyntheticEvent<E>) => {
      const held = state.current === "held";
      state.current = "idle";
      if (!held) onPress(event.currentTarget);
    },
  };
}
