import { describe, expect, test } from "vitest";
import type { Offer } from "@nearframe/shared/protocol/media";
import type { ServerToClient } from "@nearframe/shared/protocol/server-to-client";
import type { GuestEnd } from "@nearframe/shared/friends/roles";
import { sessionTitle } from "../testing/samples.ts";
import { nextVisit, startVisit, TRIES, type Visit, type VisitContext, type VisitEffect, type VisitEvent } from "./guest-transition.ts";

const device = { screen: { width: 360, height: 640, pixelRatio: 3 }, touch: true, rtpCapabilities: {} };
const offer = { receive: { id: "t" } } as unknown as Offer;
const title = sessionTitle();

function run(events: readonly VisitEvent[], given: Partial<VisitContext> = {}): { visit: Visit; effects: VisitEffect[] } {
  let ids = 0;
  const context: VisitContext = { code: "abcdefghjk", device, lineOpen: true, makeId: () => `r${++ids}`, ...given };
  let visit: Visit = startVisit;
  let effects: VisitEffect[] = [];
  for (const event of events) {
    const [next, more] = nextVisit(visit, event, context);
    visit = next;
    effects = [...more];
  }
  return { visit, effects };
}

const told = (message: ServerToClient): VisitEvent => ({ kind: "message", message });
const joined = (requestId = "r1", guestId = "g1") => told({ type: "guest.joined", requestId, sessionId: "s1", guestId, role: "watch", title });
const offered = (guestId = "g1") => told({ type: "guest.offer", sessionId: "s1", guestId, epoch: 3, offer });
const ended = (reason: GuestEnd, guestId = "g1") => told({ type: "guest.ended", sessionId: "s1", guestId, reason });
const open: VisitEvent = { kind: "line-open" };
const up: VisitEvent = { kind: "path-up" };

describe("a visit", () => {
  test("asks when there is a line and the browser is known, and not before", () => {
    expect(run([open], { device: undefined }).effects).toEqual([]);
    expect(run([{ kind: "device-known", device }], { lineOpen: false }).effects).toEqual([]);
    expect(run([open]).effects).toEqual([{ do: "send", message: { type: "guest.join", requestId: "r1", code: "abcdefghjk", device } }]);
  });

  test("goes from the link to the picture", () => {
    expect(run([open, joined()]).visit).toMatchObject({ is: "waiting", place: { guestId: "g1", role: "watch" } });
    const { visit, effects } = run([open, joined(), offered()]);
    expect(visit.is).toBe("connecting");
    expect(effects).toMatchObject([{ do: "open-path", epoch: 3 }]);
    expect(run([open, joined(), offered(), up]).visit.is).toBe("there");
  });

  test("takes no answer to another's question, and no other guest's offer", () => {
    expect(run([open, joined("other")]).visit.is).toBe("joining");
    expect(run([open, joined(), offered("g9"), ended("revoked", "g9")]).visit.is).toBe("waiting");
  });

  test.each([
    ["SHARE_UNKNOWN", "unknown-link"], ["GUESTS_TOO_MANY", "crowded"], ["PADS_TAKEN", "pads-taken"], ["GUEST_REMOVED", "removed"], ["DEVICE_TOO_LARGE", "refused"],
  ])("refused with %s is over: %s", (code, why) => {
    expect(run([open, told({ type: "error", code, message: "no", requestId: "r1" })]).visit).toMatchObject({ is: "over", why });
  });

  test.each(["revoked", "removed", "expired", "session-ended", "replaced", "codec", "full"] as const)("that is ended by %s is over, and loses its picture", (reason) => {
    const { visit, effects } = run([open, joined(), offered(), up, ended(reason)]);
    expect(visit).toMatchObject({ is: "over", why: reason });
    expect(effects).toEqual([{ do: "close-path" }]);
  });

  test("comes again when the session went to another server, and keeps its picture meanwhile", () => {
    const { visit, effects } = run([open, joined(), offered(), up, ended("moved")]);
    expect(visit).toMatchObject({ is: "joining", requestId: "r2", place: { guestId: "g1" } });
    expect(effects).toMatchObject([{ do: "send", message: { type: "guest.join", wasGuestId: "g1" } }]);
  });

  test("comes again when its line was lost and is back", () => {
    const { visit, effects } = run([open, joined(), offered(), up, { kind: "line-lost" }, open]);
    expect(visit.is).toBe("joining");
    expect(effects).toMatchObject([{ do: "send", message: { type: "guest.join", requestId: "r2", wasGuestId: "g1" } }]);
  });

  test.each(["STARTS_TOO_FAST", "SERVER_BUSY"])("asks a little later where a server has no time for it: %s", (code) => {
    const { visit, effects } = run([open, told({ type: "error", code, message: "later", requestId: "r1" })]);
    expect([visit.is, effects]).toEqual(["joining", [{ do: "try-later" }]]);
  });

  test("asks again where no answer comes, so many times and no more, and not after one came", () => {
    const silent = (requestId: string): VisitEvent => ({ kind: "unanswered", requestId });
    expect(run([open, silent("r1")]).effects).toMatchObject([{ do: "send", message: { type: "guest.join", requestId: "r2" } }]);
    expect(run([open, silent("r1"), silent("r1")]).effects).toEqual([]);
    expect(run([open, joined(), silent("r1")]).visit.is).toBe("waiting");
    const events = Array.from({ length: TRIES + 1 }, (_, count) => silent(`r${count + 1}`));
    expect(run([open, ...events]).visit).toMatchObject({ is: "over", why: "unreachable" });
  });

  test("tries again when its path fails, so many times and no more", () => {
    const fails: VisitEvent[] = [offered(), { kind: "path-failed", detail: "ICE" }];
    const { effects } = run([open, joined(), ...fails]);
    expect(effects).toMatchObject([{ do: "send", message: { type: "guest.leave" } }, { do: "try-later" }]);
    const events: VisitEvent[] = [open];
    for (let i = 1; i <= TRIES + 1; i++) events.push(joined(`r${i}`), ...fails, { kind: "again-due" });
    expect(run(events).visit).toMatchObject({ is: "over", why: "unreachable" });
  });

  test("that is left says so, and hears nothing more", () => {
    const { visit, effects } = run([open, joined(), offered(), up, { kind: "left" }]);
    expect(visit).toMatchObject({ is: "over", why: "left" });
    expect(effects).toMatchObject([{ do: "send", message: { type: "guest.leave", guestId: "g1" } }, { do: "close-path" }]);
    expect(run([open, joined(), { kind: "left" }, offered()]).effects).toEqual([]);
  });
});
