// How the screen is held.

import type { Scope } from "@nearframe/shared/lifetime";
import { createSource, type Behavior } from "../behavior.ts";
import type { Orientation } from "./control-layout.ts";

export function followOrientation(scope: Scope, window: Window): Behavior<Orientation> {
  const query = window.matchMedia("(orientation: portrait)");
  const now = (): Orientation => (query.matches ? "portrait" : "landscape");
  const orientation = createSource(now());
  const follow = () => orientation.set(now());
  query.addEventListener("change", follow);
  scope.own(query, () => query.removeEventListener("change", follow));
  return orientation.behavior;
}
