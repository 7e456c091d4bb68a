// A model for as long as a component is on the page: made with a scope of its own,
// which ends with the component, or when `create` is another function.

import { useMemo, useSyncExternalStore } from "react";
import { Scope } from "@nearframe/shared/lifetime";

/** `create` MUST be stable (`useCallback`): a new one ends the model and makes the next. */
export function useModel<T>(create: (scope: Scope) => T): T | undefined {
  const store = useMemo(() => makeStore(create), [create]);
  return useSyncExternalStore(store.subscribe, store.read);
}

/** The model lives while somebody subscribes, which is while the component is mounted. */
function makeStore<T>(create: (scope: Scope) => T) {
  let model: T | undefined;
  return {
    read: () => model,
    subscribe(onChange: () => void): () => void {
      const scope = new Scope();
      model = create(scope);
      onChange();
      return () => {
        model = undefined;
        void scope.close("the page was left");
      };
    },
  };
}
