import { describe, expect, test } from "vitest";
import { GUESTS_MAX, VOICES_MAX, type GuestRole } from "@nearframe/shared/friends/roles";
import { companyDeadlineMs, emptyCompany, membersOf, nextCompany, type Company, type CompanyEffect, type CompanyEvent, type Share } from "./company.ts";

const HOUR_MS = 3_600_000;
const share = (code: string, role: GuestRole = "watch", change: Partial<Share> = {}): Share => ({
  code, sessionId: "s1", playerId: "p1", role, pad: undefined, madeAtMs: 0, expiresAtMs: HOUR_MS, revokedAtMs: undefined, ...change,
});

/** What happened, one after the other, and what was to be done about each. */
function run(events: readonly CompanyEvent[], nowMs = 1): { company: Company; effects: CompanyEffect[][] } {
  let company = emptyCompany;
  const effects: CompanyEffect[][] = [];
  for (const event of events) {
    const [next, more] = nextCompany(company, event, nowMs);
    company = next;
    effects.push([...more]);
  }
  return { company, effects };
}

const made = (...args: Parameters<typeof share>): CompanyEvent => ({ type: "share-made", share: share(...args) });
const came = (guestId: string, code: string, visitor = guestId): CompanyEvent => ({ type: "guest-came", guestId, code, visitor });
const placed = (epoch: number | undefined): CompanyEvent => ({ type: "session-placed", epoch });
const kinds = (effects: readonly CompanyEffect[] = []) =>
  effects.map((effect) => ("guestId" in effect ? `${effect.type} ${effect.guestId}` : "guest" in effect ? `${effect.type} ${effect.guest.id}` : effect.type));

describe("a link", () => {
  test("is told to its maker", () => {
    expect(kinds(run([made("c1")]).effects[0])).toEqual(["tell-company"]);
  });

  test("lets nobody in whom it does not know, who comes too late, or after it was taken back", () => {
    expect(run([came("g1", "c1")]).effects[0]).toEqual([{ type: "refuse", guestId: "g1", refusal: "SHARE_UNKNOWN" }]);
    expect(run([made("c1"), came("g1", "c1")], HOUR_MS).effects[1]).toEqual([{ type: "refuse", guestId: "g1", refusal: "SHARE_UNKNOWN" }]);
    const { effects } = run([made("c1"), { type: "share-revoked", code: "c1" }, came("g1", "c1")]);
    expect(kinds(effects[1])).toEqual(["tell-company"]);
    expect(kinds(effects[2])).toEqual(["refuse g1"]);
  });

  test("that is taken back takes those with it who came by it, and nobody else", () => {
    const { company, effects } = run([placed(3), made("c1"), made("c2"), came("g1", "c1"), came("g2", "c2"), { type: "share-revoked", code: "c1" }]);
    expect(kinds(effects[5])).toEqual(["tell-ended g1", "close-seat g1", "tell-company"]);
    expect(effects[5]?.[0]).toMatchObject({ reason: "revoked" });
    expect(company.guests.map(({ id }) => id)).toEqual(["g2"]);
  });

  test("that runs out does too", () => {
    const { company } = run([made("c1", "watch", { expiresAtMs: 500 }), made("c2"), came("g1", "c1")]);
    expect(companyDeadlineMs(company)).toBe(500);
    const [after, effects] = nextCompany(company, { type: "deadline-passed" }, 500);
    expect(effects[0]).toMatchObject({ type: "tell-ended", guestId: "g1", reason: "expired" });
    expect(after.shares.map(({ code }) => code)).toEqual(["c2"]);
    expect(nextCompany(after, { type: "deadline-passed" }, 501)).toEqual([after, []]);
  });
});

describe("a guest", () => {
  test("gets a seat at once on the session's node, or when it has one", () => {
    expect(kinds(run([placed(3), made("c1"), came("g1", "c1")]).effects[2])).toEqual(["tell-joined g1", "open-seat g1", "tell-company"]);
    const { effects } = run([made("c1"), came("g1", "c1"), placed(3), placed(3)]);
    expect(kinds(effects[1])).toEqual(["tell-joined g1", "tell-company"]);
    expect(kinds(effects[2])).toEqual(["open-seat g1", "tell-company"]);
    expect(effects[3]).toEqual([]);
  });

  test("goes with the session to another node, and hears of its end", () => {
    const { effects, company } = run([placed(3), made("c1"), came("g1", "c1"), placed(undefined), placed(4), { type: "session-ended" }]);
    expect(kinds(effects[3])).toEqual(["tell-company"]);
    expect(effects[4]?.[0]).toMatchObject({ type: "open-seat", epoch: 4 });
    expect(effects[5]).toMatchObject([{ type: "tell-ended", reason: "session-ended" }, { type: "tell-company" }]);
    expect(company.guests).toEqual([]);
  });

  test("who plays has a pad that nobody else has, and never the player's own", () => {
    const { company, effects } = run([made("c1", "co-op"), made("c2", "controller"), came("g1", "c1"), came("g2", "c2"), came("g3", "c1"), came("g4", "c1")]);
    expect(company.guests.map(({ pad }) => pad)).toEqual([1, 2, 3]);
    expect(effects[5]).toEqual([{ type: "refuse", guestId: "g4", refusal: "PADS_TAKEN" }]);
  });

  test("who comes again from the same tab has the same pad and number", () => {
    const { company, effects } = run([placed(3), made("c1", "co-op"), came("g1", "c1", "tab-1"), came("g2", "c1", "tab-2"), came("g3", "c1", "tab-1")]);
    expect(kinds(effects[4])).toEqual(["tell-ended g1", "close-seat g1", "tell-joined g3", "open-seat g3", "tell-company"]);
    expect(company.guests.map(({ id, pad, number }) => [id, pad, number])).toEqual([["g2", 2, 2], ["g3", 1, 1]]);
  });

  test("with the pad of a link takes it from whoever has it", () => {
    const { company } = run([made("c1", "controller", { pad: 0 }), came("g1", "c1"), came("g2", "c1")]);
    expect(company.guests.map(({ id, pad }) => [id, pad])).toEqual([["g2", 0]]);
  });

  test("is told when the node refuses a seat, but not by the word of a node that the session has left", () => {
    const refused = (epoch: number): CompanyEvent => ({ type: "seat-refused", guestId: "g1", epoch, why: "codec", detail: "AV1" });
    const { effects } = run([placed(3), made("c1"), came("g1", "c1"), placed(4), refused(3), refused(4)]);
    expect(effects[4]).toEqual([]);
    expect(effects[5]).toEqual([{ type: "tell-ended", guestId: "g1", reason: "codec", detail: "AV1" }, { type: "tell-company" }]);
  });

  test("can be sent away, and there are only so many", () => {
    const crowd = Array.from({ length: GUESTS_MAX + 1 }, (_, i) => came(`g${i}`, "c1"));
    const { effects, company } = run([made("c1"), ...crowd]);
    expect(effects.at(-1)).toEqual([{ type: "refuse", guestId: `g${GUESTS_MAX}`, refusal: "GUESTS_TOO_MANY" }]);
    const [after, told] = nextCompany(company, { type: "guest-removed", guestId: "g3" }, 1);
    expect(told[0]).toMatchObject({ type: "tell-ended", guestId: "g3", reason: "removed" });
    expect(after.guests).toHaveLength(GUESTS_MAX - 1);
  });
});

describe("whoever was sent away", () => {
  const removed = (guestId: string): CompanyEvent => ({ type: "guest-removed", guestId });
  const cameAgain = (guestId: string, was: string): CompanyEvent => ({ type: "guest-came", guestId, code: "c1", visitor: guestId, was });

  test("is not let in when the page comes again by itself, and is by the link", () => {
    const { effects, company } = run([placed(3), made("c1"), came("g1", "c1"), { type: "guest-left", guestId: "g1" }, removed("g1"), cameAgain("g2", "g1"), came("g3", "c1")]);
    expect(effects[5]).toEqual([{ type: "refuse", guestId: "g2", refusal: "GUEST_REMOVED" }]);
    expect(company.guests.map(({ id }) => id)).toEqual(["g3"]);
  });

  test("goes under the new id as well, which another has not claimed, and both seats are closed", () => {
    const { effects, company } = run([placed(3), made("c1"), cameAgain("g2", "g1"), came("g3", "c1"), removed("g1"), cameAgain("g4", "g2")]);
    expect(kinds(effects[4])).toEqual(["close-seat g1", "tell-ended g2", "close-seat g2", "tell-company"]);
    expect(kinds(effects[5])).toEqual(["refuse g4"]);
    expect(company.guests.map(({ id }) => id)).toEqual(["g3"]);
  });

  test("is remembered, so many and no more", () => {
    const many = Array.from({ length: 10 * GUESTS_MAX }, (_, count) => removed(`g${count}`));
    expect(run(many).company.removed.length).toBeLessThan(many.length);
  });
});

describe("in a session that another process had before", () => {
  const inherited: Company = { ...emptyCompany, shares: [share("c1", "watch", { expiresAtMs: 500 }), share("c2")], epoch: 3, strangersUntilMs: 500 };
  const pass = (company: Company, nowMs: number) => nextCompany(company, { type: "deadline-passed" }, nowMs);

  test("whoever has a seat of that one, and does not come again in time, loses it", () => {
    const [back] = nextCompany(inherited, came("g2", "c2"), 1);
    expect(companyDeadlineMs(back)).toBe(500);
    expect(pass(back, 499)).toEqual([back, []]);
    const [after, effects] = pass(back, 500);
    expect(effects.at(-1)).toEqual({ type: "keep-seats", guestIds: ["g2"], epoch: 3 });
    expect(after.shares.map(({ code }) => code)).toEqual(["c2"]);
    expect([companyDeadlineMs(after), pass(after, 501)[1]]).toEqual([HOUR_MS, []]);
  });

  test("and that has left its node, there is nothing to close", () => {
    const [moving] = nextCompany({ ...inherited, shares: [] }, placed(undefined), 1);
    expect(pass(moving, 500)[1]).toEqual([]);
    expect(companyDeadlineMs(pass(moving, 500)[0])).toBeUndefined();
  });
});

describe("who is there", () => {
  test("is told when it changes, and not when it stays", () => {
    const presence: CompanyEvent = { type: "seat-presence", guestId: "g1", epoch: 3, connected: true };
    const { effects, company } = run([placed(3), made("c1"), came("g1", "c1"), presence, presence]);
    expect(effects.slice(3)).toEqual([[{ type: "tell-company" }], []]);
    expect(membersOf(company)).toEqual([
      { id: "owner", role: "owner", number: 0, pad: 0, connected: true, voice: false },
      { id: "g1", role: "watch", number: 1, connected: true, voice: false },
    ]);
  });

  test("speaks, up to four together", () => {
    const speak = (member: string, on = true): CompanyEvent => ({ type: "voice-changed", member, on });
    const { company } = run([made("c1"), ...["g1", "g2", "g3", "g4"].map((id) => came(id, "c1")), ...["owner", "g1", "g2", "g3", "g4"].map((id) => speak(id))]);
    const voices = membersOf(company).filter(({ voice }) => voice).map(({ id }) => id);
    expect(voices).toEqual(["owner", "g1", "g2", "g3"]);
    expect(voices).toHaveLength(VOICES_MAX);
    const [after] = nextCompany(nextCompany(company, speak("g1", false), 1)[0], speak("g4"), 1);
    expect(membersOf(after).filter(({ voice }) => voice)).toHaveLength(VOICES_MAX);
  });
});
