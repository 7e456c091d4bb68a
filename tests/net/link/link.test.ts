import { describe, expect, test } from "vitest";
import { changeProfile, makeLink, PACKET_OVERHEAD_BYTES, passPacket, queueDelayMs } from "./link.ts";
import type { Link, Passage } from "./link.ts";
import { CLEAR_LINK } from "./profile.ts";
import type { LinkProfile } from "./profile.ts";

/** A payload that takes exactly 1 ms at 8 Mbit/s. */
const PAYLOAD = 1_000 - PACKET_OVERHEAD_BYTES;

function linkOf(profile: Partial<LinkProfile>, seed = 7): Link {
  return makeLink({ ...CLEAR_LINK, ...profile }, seed, 0);
}

/** Sends one packet at each time. */
function send(link: Link, timesMs: readonly number[], payloadBytes = PAYLOAD): [Link, Passage[]] {
  const passages: Passage[] = [];
  let current = link;
  for (const atMs of timesMs) {
    const [next, passage] = passPacket(current, payloadBytes, atMs);
    passages.push(passage);
    current = next;
  }
  return [current, passages];
}

function every(periodMs: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => index * periodMs);
}

function arrivals(passages: readonly Passage[]): number[] {
  return passages.flatMap((passage) => (passage.kind === "arrives" ? [passage.atMs] : []));
}

function droppedFor(passages: readonly Passage[], reason: string): number {
  return passages.filter((passage) => passage.kind === "dropped" && passage.reason === reason).length;
}

describe("delay and rate", () => {
  test("a clear link delivers at once", () => {
    const [, passages] = send(linkOf({}), [5]);
    expect(passages).toEqual([{ kind: "arrives", atMs: 5, queuedMs: 0, duplicated: false, reordered: false }]);
  });

  test("the delay is one way", () => {
    expect(arrivals(send(linkOf({ delayMs: 40 }), [0, 10])[1])).toEqual([40, 50]);
  });

  test("a bottleneck sends one packet after the other", () => {
    const [link, passages] = send(linkOf({ rateKbps: 8_000, delayMs: 20 }), [0, 0, 0]);
    expect(arrivals(passages)).toEqual([21, 22, 23]);
    expect(queueDelayMs(link, 0)).toBe(3);
    expect(queueDelayMs(link, 2.5)).toBe(0.5);
    expect(queueDelayMs(link, 10)).toBe(0);
  });

  test("a full queue drops what comes, and takes packets again when it drained", () => {
    const [link, passages] = send(linkOf({ rateKbps: 8_000, queueMs: 5 }), every(0, 8));
    expect(arrivals(passages)).toHaveLength(5);
    expect(droppedFor(passages, "queue")).toBe(3);
    expect(passPacket(link, PAYLOAD, 1)[1].kind).toBe("arrives");
  });

  test("a packet larger than the whole queue still passes an idle link", () => {
    expect(send(linkOf({ rateKbps: 100, queueMs: 1 }), [0])[1]).toMatchObject([{ kind: "arrives" }]);
  });
});

describe("conditions over time", () => {
  const trace = { stepMs: 100, rateKbps: [8_000, 800], delayMs: [10, 30] };

  test("the rate of the moment counts, across the steps it takes", () => {
    expect(arrivals(send(linkOf({ trace }), [0])[1])).toEqual([11]);
    expect(arrivals(send(linkOf({ trace }), [100])[1])).toEqual([140]);
    // Half of it leaves in the fast step, the other half takes ten times as long.
    expect(arrivals(send(linkOf({ trace }), [99.5])[1])).toEqual([135]);
  });

  test("a trace begins anew when it ends", () => {
    expect(arrivals(send(linkOf({ trace }), [200])[1])).toEqual([211]);
  });

  test("a stall holds packets and lets them go together", () => {
    const stall = linkOf({ trace: { stepMs: 100, rateKbps: [8_000, 0, 8_000] }, queueMs: 1_000 });
    expect(arrivals(send(stall, [110, 150, 190])[1])).toEqual([201, 202, 203]);
  });

  test("loss of the moment adds to the loss of the profile", () => {
    const lossy = linkOf({ lossFraction: 0.5, trace: { stepMs: 100, lossFraction: [0, 0.5] } });
    const [, passages] = send(lossy, every(1, 200));
    expect(droppedFor(passages.slice(100), "loss")).toBe(100);
    expect(droppedFor(passages.slice(0, 100), "loss")).toBeLessThan(75);
  });

  test("nothing passes a blackout, everything before and after it does", () => {
    const blackouts = [{ fromMs: 100, forMs: 50, everyMs: 1_000 }];
    const [, passages] = send(linkOf({ blackouts }), [99, 100, 149, 150, 1_099, 1_120, 1_150]);
    expect(passages.map(({ kind }) => kind)).toEqual([
      "arrives",
      "dropped",
      "dropped",
      "arrives",
      "arrives",
      "dropped",
      "arrives",
    ]);
  });
});

describe("chance", () => {
  const COUNT = 50_000;

  test.each([0.001, 0.02, 0.3])("single losses come to %f", (lossFraction) => {
    const [, passages] = send(linkOf({ lossFraction }), every(1, COUNT));
    expect(droppedFor(passages, "loss") / COUNT).toBeCloseTo(lossFraction, 2);
  });

  test.each([
    { fraction: 0.03, packets: 8 },
    { fraction: 0.1, packets: 3 },
  ])("$fraction of packets are lost in runs of $packets", (burstLoss) => {
    const [, passages] = send(linkOf({ burstLoss }), every(1, COUNT));
    const lost = droppedFor(passages, "burst");
    const runs = passages.filter(
      (passage, index) => passage.kind === "dropped" && passages[index - 1]?.kind === "arrives",
    ).length;
    expect(lost / COUNT).toBeCloseTo(burstLoss.fraction, 2);
    expect(lost / runs).toBeGreaterThan(burstLoss.packets * 0.85);
    expect(lost / runs).toBeLessThan(burstLoss.packets * 1.15);
  });

  test("a burst does not outlive a pause: sparse packets are lost one by one", () => {
    const [, passages] = send(linkOf({ burstLoss: { fraction: 0.1, packets: 8 } }), every(25, COUNT));
    const lost = passages.filter(({ kind }) => kind === "dropped").length;
    const together = passages.filter(
      (passage, index) => passage.kind === "dropped" && passages[index - 1]?.kind === "dropped",
    ).length;
    expect(lost / COUNT).toBeCloseTo(0.1, 2);
    expect(together / lost).toBeCloseTo(0.1, 1);
  });

  test("reordered packets are overtaken, the others keep their order", () => {
    const [, passages] = send(linkOf({ delayMs: 10, reorder: { fraction: 0.1, byMs: 5 } }), every(1, 1_000));
    const late = passages.filter((passage) => passage.kind === "arrives" && passage.reordered);
    expect(late.length).toBeGreaterThan(60);
    expect(late.length).toBeLessThan(140);
    for (const [index, passage] of passages.entries()) {
      if (passage.kind === "arrives") expect(passage.atMs).toBe(index + (passage.reordered ? 15 : 10));
    }
  });

  test("duplicates come to their share", () => {
    const [, passages] = send(linkOf({ duplicateFraction: 0.05 }), every(1, COUNT));
    const duplicated = passages.filter((passage) => passage.kind === "arrives" && passage.duplicated).length;
    expect(duplicated / COUNT).toBeCloseTo(0.05, 2);
  });

  test.each(["uniform", "normal", "exponential"] as const)("%s jitter has the size it was given", (kind) => {
    const profile = { delayMs: 200, jitter: { kind, ms: 10, everyMs: 5 } };
    // One packet a slot, far enough apart that order does not hold any back.
    const timesMs = every(500, 4_000);
    const [, passages] = send(linkOf(profile), timesMs);
    const extraMs = arrivals(passages).map((atMs, index) => atMs - timesMs[index]! - 200);
    const mean = extraMs.reduce((sum, ms) => sum + ms, 0) / extraMs.length;
    const deviation = Math.sqrt(extraMs.reduce((sum, ms) => sum + (ms - mean) ** 2, 0) / extraMs.length);
    expect(Math.abs(mean - (kind === "exponential" ? 10 : 0))).toBeLessThan(0.7);
    expect(Math.abs(deviation - (kind === "uniform" ? 10 / Math.sqrt(3) : 10))).toBeLessThan(0.7);
  });

  test("turning one impairment on does not move the dice of another", () => {
    const alone = send(linkOf({ lossFraction: 0.1 }), every(1, 500))[1];
    const together = send(
      linkOf({ lossFraction: 0.1, jitter: { kind: "normal", ms: 3, everyMs: 10 }, duplicateFraction: 0.5 }),
      every(1, 500),
    )[1];
    expect(together.map(({ kind }) => kind)).toEqual(alone.map(({ kind }) => kind));
  });
});

describe("a live change", () => {
  test("what waits is sent at the new rate, as later packets see it", () => {
    const [filled] = send(linkOf({ rateKbps: 8_000 }), every(0, 10));
    const slow = changeProfile(filled, { ...CLEAR_LINK, rateKbps: 4_000 }, 4);
    expect(queueDelayMs(slow, 4)).toBe(12);
    expect(queueDelayMs(changeProfile(filled, CLEAR_LINK, 4), 4)).toBe(0);
  });

  test("a queue deeper than the new one's limit is cut to it", () => {
    const [filled] = send(linkOf({ rateKbps: 8_000, queueMs: 500 }), every(0, 400));
    const short = changeProfile(filled, { ...CLEAR_LINK, rateKbps: 800, queueMs: 100 }, 0);
    expect(queueDelayMs(short, 0)).toBe(100);
  });

  test("the new profile's time starts with it", () => {
    const link = changeProfile(linkOf({}), { ...CLEAR_LINK, blackouts: [{ fromMs: 0, forMs: 10, everyMs: null }] }, 500);
    expect(passPacket(link, PAYLOAD, 509)[1].kind).toBe("dropped");
    expect(passPacket(link, PAYLOAD, 510)[1].kind).toBe("arrives");
  });
});

describe("always, whatever the profile", () => {
  const SEEDS = [1, 2, 3, 5, 8, 13, 21, 34];

  function roughLink(seed: number): Link {
    return linkOf(
      {
        delayMs: 15,
        jitter: { kind: "exponential", ms: 8, everyMs: 4 },
        lossFraction: 0.02,
        burstLoss: { fraction: 0.02, packets: 5 },
        queueMs: 30,
        trace: { stepMs: 50, rateKbps: [6_000, 9_000, 0, 20_000, 2_000, 12_000] },
      },
      seed,
    );
  }

  /** About 8 Mbit/s in bursts, as frames come. */
  const times = Array.from({ length: 3_000 }, (_, index) => Math.floor(index / 16) * 16 + (index % 16) * 0.01);

  test.each(SEEDS)("nothing arrives early, out of order or beyond the rate (seed %i)", (seed) => {
    const [, passages] = send(roughLink(seed), times);
    let lastMs = 0;
    for (const [index, passage] of passages.entries()) {
      if (passage.kind === "dropped") continue;
      expect(passage.atMs).toBeGreaterThanOrEqual(lastMs);
      expect(passage.atMs).toBeGreaterThanOrEqual(times[index]! + passage.queuedMs);
      lastMs = passage.atMs;
    }
    const bytes = arrivals(passages).length * 1_000;
    const meanBytesPerMs = (6_000 + 9_000 + 0 + 20_000 + 2_000 + 12_000) / 6 / 8;
    expect(bytes).toBeLessThanOrEqual(meanBytesPerMs * (times.at(-1)! + 500));
    expect(droppedFor(passages, "queue")).toBeGreaterThan(0);
  });

  test.each(SEEDS)("the same seed decides the same, another one does not (seed %i)", (seed) => {
    expect(send(roughLink(seed), times)[1]).toEqual(send(roughLink(seed), times)[1]);
    expect(send(roughLink(seed + 1), times)[1]).not.toEqual(send(roughLink(seed), times)[1]);
  });

  test("a decision leaves the link it was made from as it was", () => {
    const link = Object.freeze(roughLink(1));
    const first = passPacket(link, PAYLOAD, 0);
    expect(passPacket(link, PAYLOAD, 0)).toEqual(first);
  });
});
