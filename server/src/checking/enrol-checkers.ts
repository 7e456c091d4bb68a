// Who is enrolled when an epoch begins, and what their word weighs: whoever is there and
// neither banned nor resting. Pure.

import type { EnrolledChecker } from "@nearframe/shared/checking/report";
import { weightOf } from "@nearframe/shared/checking/trust";
import { restsUntilMs } from "./conclude.ts";
import { newReporter, type Reporter } from "./standing.ts";

export function enrolCheckers(present: readonly Omit<EnrolledChecker, "weight">[], known: ReadonlyMap<string, Reporter>, atMs: number): EnrolledChecker[] {
  return present.flatMap(({ checkerId, publicKey, operatorId, networkId }) => {
    const reporter = known.get(checkerId) ?? newReporter(checkerId, atMs);
    if (Math.max(reporter.bannedUntilMs ?? 0, restsUntilMs(reporter)) > atMs) return [];
    return [{ checkerId, publicKey, operatorId, networkId, weight: weightOf(reporter, atMs) }];
  });
}
