// A model for as long as a component is on the page: made with a scope of its own,
// which ends with the component or when `key` changes.

import { useEffect, useState } from "react";
import { Scope } from "@nearframe/shared/lifetime";

export function useModel<T>(key: string, create: (scope: Scope) => T): T | undefined {
  const [made, setMade] = useState<{ key: string; model: T }>();
  useEffect(() => {
    const scope = new Scope();
    setMade({ key, model: create(scope) });
    return () => void scope.close("the page was left");
    // `create` is a new function with each render and says the same for the same key.
  }, [key]);
  return made?.key === key ? made.model : undefined;
}
