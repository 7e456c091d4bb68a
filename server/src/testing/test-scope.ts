import { Scope } from "@nearframe/shared/lifetime";
import { onTestFinished } from "vitest";

/** Ends with the test. */
export function testScope(): Scope {
  const scope = new Scope();
  onTestFinished(() => scope.close("test finished"));
  return scope;
}
