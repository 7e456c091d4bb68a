import { useEffect, useRef, type PointerEvent, type SyntheticEvent } from "react";

/** As long as phones take for a long press. */
const HOLD_MS = 500;

/** One button, two meanings: pressed, and held. A hold swallows the click that follows it. */
export function useHold(onPress: () => void, onHold: () => void) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const held = useRef(false);
  useEffect(() => () => clearTimeout(timer.current), []);
  const end = () => clearTimeout(timer.current);
  return {
    onPointerDown: (event: PointerEvent) => {
      if (event.button !== 0) return;
      held.current = false;
      end();
      timer.current = setTimeout(() => {
        held.current = true;
        onHold();
      }, HOLD_MS);
    },
    onPointerUp: end,
    onPointerLeave: end,
    onPointerCancel: end,
    // Phones open a menu of their own for a long press.
    onContextMenu: (event: SyntheticEvent) => event.preventDefault(),
    onClick: () => {
      if (held.current) held.current = false;
      else onPress();
    },
  };
}
