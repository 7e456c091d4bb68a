// The one bridge from what happens to what is shown.

import { useSyncExternalStore } from "react";
import type { Behavior } from "../behavior.ts";

export function useBehavior<T>(behavior: Behavior<T>): T {
  return useSyncExternalStore(behavior.subscribe, () => behavior.value);
}
