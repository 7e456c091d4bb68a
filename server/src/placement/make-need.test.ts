import { expect, test } from "vitest";
import { manifest } from "../testing/fixtures.ts";
import { makeNeed, type NeedFacts, type PlacementRules } from "./make-need.ts";

function need(placement?: NeedFacts["manifest"]["placement"], rules: PlacementRules = {}, facts: Partial<NeedFacts> = {}) {
  const { placement: _, ...title } = manifest();
  return makeNeed(
    {
      manifest: { ...title, ...(placement && { placement }) },
      policy: undefined, waitedMs: 0, location: undefined, rttVector: {}, excludedNodeIds: [], ...facts,
    },
    rules,
  );
}

test("a title is streamed at its size, which a node's line has to carry", () => {
  const { size, fps } = manifest();
  expect(need().stream).toEqual({ ...size, fps, bitrateKbps: Math.round((size.width * size.height * fps) / 10_000) });
});

test("without rules nothing is ruled out, and the overall index decides", () => {
  const plain = need();
  expect(plain.policy).toBe("overall");
  for (const rule of ["countriesAllowed", "countriesDenied", "regionsDenied", "feeMaxMicros"]) expect(plain).not.toHaveProperty(rule);
});

test("what the operator and the publisher deny adds up; both must allow a country; the lower fee holds", () => {
  const asked = need(
    { countriesAllowed: ["DE", "FR"], countriesDenied: ["XX"], regionsDenied: ["FR/Brittany"], feePerHourMicrosMax: 5 },
    { countriesAllowed: ["FR", "GB"], countriesDenied: ["YY"], regionsDenied: ["US/California"], feeMaxMicros: 7 },
  );
  expect(asked).toMatchObject({
    countriesAllowed: ["FR"], countriesDenied: ["YY", "XX"], regionsDenied: ["US/California", "FR/Brittany"], feeMaxMicros: 5,
  });
});

test("no country may be left when the two lists have none in common", () => {
  expect(need({ countriesAllowed: ["DE"] }, { countriesAllowed: ["FR"] }).countriesAllowed).toEqual([]);
});

test("limits relax with waiting, as far as the title bears", () => {
  expect([0, 10_000, 30_000, 60_000].map((waitedMs) => need(undefined, {}, { waitedMs }).latencyLimitMs)).toEqual([40, 60, 80, 110]);
  const strict = need({ latencyMsMax: 50 }, {}, { waitedMs: 60_000 });
  expect([strict.latencyLimitMs, strict.latencyCapMs]).toEqual([50, 50]);
});
