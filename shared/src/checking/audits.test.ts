import { expect, test } from "vitest";
import { AUDIT_RULES_WITHOUT_PLAYS, auditOf, bendOf, NEWEST_AUDIT_RULES, showsAudit, SILENT_PORT, type AuditDraw } from "./audits.ts";

const draw: AuditDraw = { secret: "a secret that nobody knows before the epoch is over", seed: "5".repeat(64), rules: NEWEST_AUDIT_RULES };
const ids = Array.from({ length: 4_000 }, (_, index) => `7.routine.check.${index}`);
const share = (check: "capacity" | "liveness" | "location" | "simulated-player", change = {}, by: AuditDraw = draw) =>
  ids.filter((taskId) => auditOf(by, { taskId, kind: "routine", check, ...change }) !== undefined).length / ids.length;

test("a tenth of benchmarks and of places and a hundredth of knocks are audits, and a fiftieth of plays; no penalty is, and no way back", () => {
  expect(share("capacity")).toBeCloseTo(0.1, 1);
  expect(share("capacity")).toBeGreaterThan(0.08);
  expect(share("liveness")).toBeGreaterThan(0.005);
  expect(share("liveness")).toBeLessThan(0.02);
  expect(share("location")).toBeCloseTo(0.1, 1);
  expect(share("location")).toBeGreaterThan(0.08);
  expect(share("simulated-player")).toBeGreaterThan(0.01);
  expect(share("simulated-player")).toBeLessThan(0.03);
  expect(share("capacity", { kind: "penalty" })).toBe(0);
  expect(share("capacity", { returning: true })).toBe(0);
});

test("older rules knew of no audits of plays, and the first of none of places: what was drawn by them is judged by them", () => {
  expect(share("simulated-player", {}, { ...draw, rules: AUDIT_RULES_WITHOUT_PLAYS })).toBe(0);
  expect(share("location", {}, { ...draw, rules: AUDIT_RULES_WITHOUT_PLAYS })).toBe(share("location"));
  const first: AuditDraw = { ...draw, rules: 1 };
  expect(share("location", {}, first)).toBe(0);
  expect([share("capacity", {}, first), share("liveness", {}, first)]).toEqual([share("capacity"), share("liveness")]);
});

test("which, and how each is bent, follows from the secret and the seed together", () => {
  const which = (by: typeof draw) => ids.filter((taskId) => auditOf(by, { taskId, kind: "routine", check: "capacity" }));
  expect(which({ ...draw, seed: "6".repeat(64) })).not.toEqual(which(draw));
  expect(which({ ...draw, secret: "another" })).not.toEqual(which(draw));
  expect(new Set(ids.map((taskId) => bendOf(draw, { taskId, check: "capacity" })))).toEqual(new Set(["pictures", "frames"]));
  expect(bendOf(draw, { taskId: "t", check: "liveness" })).toBe("port");
  expect(bendOf(draw, { taskId: "t", check: "location" })).toBe("port");
  expect(bendOf(draw, { taskId: "t", check: "registration" })).toBeUndefined();
});

test("who has looked is known by the fault, or by the answer that did not come", () => {
  expect(showsAudit("far-below-capacity", { kind: "capacity", claimedFps: 100 })).toBe(true);
  expect(showsAudit("far-below-capacity", { kind: "capacity", claimedFps: 100, measuredFps: 98 })).toBe(false);
  expect(showsAudit(SILENT_PORT, { kind: "liveness", heartbeatAgeMs: 0 })).toBe(true);
  expect(showsAudit(SILENT_PORT, { kind: "liveness", heartbeatAgeMs: 0, mediaRoundTripMs: 3 })).toBe(false);
  expect(showsAudit(SILENT_PORT, { kind: "location", distanceKm: 900, neighboursRoundTripMs: [9] })).toBe(true);
  expect(showsAudit(SILENT_PORT, { kind: "location", distanceKm: 900, roundTripMs: 12, neighboursRoundTripMs: [9] })).toBe(false);
});
