// A player's leave for a program, as a value: whether it holds, and how fast it may be used. Pure.

export type AgentGrant = { secret: string; expiresAtMs: number; allowance: number; countedAtMs: number };
export type AgentRefusal = "AGENT_NOT_GRANTED" | "AGENT_TOO_FAST";

/** More than a person does, and too little to burden a node. */
export const CALLS_PER_SECOND = 15;
export const CALLS_BURST = 30;

export function giveLeave(secret: string, minutes: number, nowMs: number): AgentGrant {
  return { secret, expiresAtMs: nowMs + minutes * 60_000, allowance: CALLS_BURST, countedAtMs: nowMs };
}

/** `equal` compares in constant time: the secret is all that is asked for. */
export function useLeave(
  grant: AgentGrant | undefined,
  secret: string,
  nowMs: number,
  equal: (a: string, b: string) => boolean,
): { grant: AgentGrant | undefined; refusal: AgentRefusal | undefined } {
  if (!grant || nowMs >= grant.expiresAtMs) return { grant: undefined, refusal: "AGENT_NOT_GRANTED" };
  if (!equal(grant.secret, secret)) return { grant, refusal: "AGENT_NOT_GRANTED" };
  const allowance = Math.min(CALLS_BURST, grant.allowance + ((nowMs - grant.countedAtMs) / 1000) * CALLS_PER_SECOND);
  if (allowance < 1) return { grant: { ...grant, allowance, countedAtMs: nowMs }, refusal: "AGENT_TOO_FAST" };
  return { grant: { ...grant, allowance: allowance - 1, countedAtMs: nowMs }, refusal: undefined };
}
