import { expect, test } from "vitest";
import { CALLS_BURST, CALLS_PER_SECOND, giveLeave, useLeave, type AgentGrant } from "./grant.ts";

const equal = (a: string, b: string) => a === b;

test("a leave holds until it is over, for whoever has its secret", () => {
  const grant = giveLeave("secret", 10, 0);
  expect(useLeave(grant, "secret", 599_999, equal).refusal).toBeUndefined();
  expect(useLeave(grant, "another", 1, equal)).toEqual({ grant, refusal: "AGENT_NOT_GRANTED" });
  expect(useLeave(grant, "secret", 600_000, equal)).toEqual({ grant: undefined, refusal: "AGENT_NOT_GRANTED" });
  expect(useLeave(undefined, "secret", 0, equal).refusal).toBe("AGENT_NOT_GRANTED");
});

test("it can be used so fast and no faster, and again after a while", () => {
  let grant: AgentGrant | undefined = giveLeave("secret", 10, 0);
  let taken = 0;
  for (let calls = 0; calls < 100; calls++) {
    const used = useLeave(grant, "secret", 0, equal);
    grant = used.grant;
    if (used.refusal === undefined) taken += 1;
    else expect(used.refusal).toBe("AGENT_TOO_FAST");
  }
  expect(taken).toBe(CALLS_BURST);
  expect(useLeave(grant, "secret", 1_000 / CALLS_PER_SECOND, equal).refusal).toBeUndefined();
});
