import { useEffect, useState } from "react";

/** True when the mouse has rested for `restMs`. Renders only when that changes, not with each move. */
export function useIdle(restMs: number): boolean {
  const [idle, setIdle] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const wake = () => {
      setIdle(false);
      clearTimeout(timer);
      timer = setTimeout(() => setIdle(true), restMs);
    };
    wake();
    window.addEventListener("pointermove", wake, { passive: true });
    return () => {
      clearTimeout(timer);
      window.removeEventListener("pointermove", wake);
    };
  }, [restMs]);
  return idle;
}
