import { describe, expect, test } from "vitest";
import { CLEAR_LINK, parseProfile, ProfileInvalidError } from "./profile.ts";

const about = "a test";

test("what a profile leaves out does no harm", () => {
  expect(parseProfile({ about, up: {}, down: {} }, "p.json")).toMatchObject({ up: CLEAR_LINK, down: CLEAR_LINK });
  expect(CLEAR_LINK).toMatchObject({ delayMs: 0, rateKbps: null, lossFraction: 0, trace: null, blackouts: [] });
});

describe("a bad profile is refused with file, field and reason", () => {
  test.each([
    [{ down: { lossFraction: 2 } }, "down.lossFraction"],
    [{ down: { delay: 20 } }, "down"],
    [{ up: { rateKbps: 0 } }, "up.rateKbps"],
    [{ up: { trace: { stepMs: 100 } } }, "at least one column"],
    [{ up: { trace: { stepMs: 100, rateKbps: [1, 2], delayMs: [1] } } }, "same number of steps"],
    [{ up: { trace: { stepMs: 100, rateKbps: [0, 0] } } }, "use a blackout"],
    [{ up: { trace: { stepMs: 0.5, rateKbps: [1] } } }, "up.trace.stepMs"],
  ])("%j", (broken, reason) => {
    const parse = () => parseProfile({ about, up: {}, down: {}, ...broken }, "p.json");
    expect(parse).toThrow(ProfileInvalidError);
    expect(parse).toThrow(/^p\.json: /);
    expect(parse).toThrow(reason);
  });
});
