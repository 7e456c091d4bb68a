// The controller fed by hand. How it does on whole networks is in
// tests/net/simulation, where the same links as the relay's close the loop.

import { describe, expect, test } from "vitest";
import { controlRate, loseSight, startRate } from "./control-rate.ts";
import type { RateState } from "./control-rate.ts";
import type { RateDecision, RateEvent } from "./events.ts";
import { makeRateOptions } from "./tuning.ts";

const FRAME_MS = 1_000 / 60;
const OPTIONS = makeRateOptions({ width: 1280, height: 720 }, 60, 12_000);

/** A session whose frames take as long as it is told. News of a frame comes 15 ms after it did. */
class Session {
  state: RateState;
  decision: RateDecision;
  nowMs = 0;
  readonly #news: { atMs: number; event: RateEvent }[] = [];
  #frames = 0;

  constructor() {
    [this.state, this.decision] = startRate(OPTIONS, 0);
  }

  tell(event: RateEvent): void {
    [this.state, this.decision] = controlRate(this.state, event, this.nowMs);
  }

  /** Plays for a while; `oneWayMs` undefined loses every frame. Frames are as large as the decision says. */
  play(forMs: number, oneWayMs: ((atMs: number) => number) | undefined, share = 1): this {
    const endMs = this.nowMs + forMs;
    while (this.nowMs < endMs) {
      for (const { event } of this.#news.filter(({ atMs }) => atMs <= this.nowMs)) this.tell(event);
      this.#news.splice(0, this.#news.length, ...this.#news.filter(({ atMs }) => atMs > this.nowMs));
      if (this.decision.hold) this.tell({ type: "ticked" });
      else this.#sendFrame(oneWayMs, share);
      this.nowMs += FRAME_MS;
    }
    return this;
  }

  #sendFrame(oneWayMs: ((atMs: number) => number) | undefined, share: number): void {
    const rtpTimestamp = this.#frames++;
    const bytes = Math.round((share * this.decision.bitrateKbps * FRAME_MS) / 8);
    this.tell({ type: "frame-sent", frame: { rtpTimestamp, bytes, keyframe: false } });
    if (!oneWayMs) return;
    const receivedAtMs = this.nowMs + oneWayMs(this.nowMs);
    this.#news.push({
      atMs: receivedAtMs + 15,
      event: { type: "frames-received", frames: [{ rtpTimestamp, receivedAtMs: receivedAtMs + 777_777 }] },
    });
  }
}

const clean = () => 12;

test("a session starts at a sensible rate with the title's own picture", () => {
  expect(new Session().decision).toEqual({
    bitrateKbps: 4_000,
    fps: 60,
    size: { ratio: 1, width: 1280, height: 720 },
    hold: false,
    keyframe: false,
    limit: "starting",
  });
});

test("a clean path is used to the title's maximum within a second", () => {
  expect(new Session().play(1_000, clean).decision).toMatchObject({ bitrateKbps: 12_000, fps: 60, limit: "none" });
});

test("a title that sends little proves nothing, and is told so", () => {
  const { decision } = new Session().play(5_000, clean, 0.1);
  expect(decision).toMatchObject({ bitrateKbps: 4_000, limit: "link-unproven" });
});

describe("delay", () => {
  test("that stands lowers the rate within 300 ms", () => {
    const session = new Session().play(2_000, clean);
    session.play(300, () => 90);
    expect(session.decision.bitrateKbps).toBeLessThan(10_500);
    expect(session.decision.limit).toBe("link-delay");
  });

  test("of a single frame changes nothing", () => {
    const session = new Session().play(2_000, clean);
    session.play(FRAME_MS, () => 150).play(1_000, clean);
    expect(session.decision.bitrateKbps).toBe(12_000);
  });

  test("that stays whatever is sent is a longer path, and the rate comes back", () => {
    const session = new Session().play(2_000, clean).play(10_000, () => 80);
    expect(session.decision.bitrateKbps).toBe(12_000);
  });
});

describe("frames under way for too long", () => {
  test("stop new ones, until news comes", () => {
    const session = new Session().play(2_000, clean);
    session.play(100, () => 400);
    expect(session.decision.hold).toBe(true);
    session.play(1_500, clean);
    expect(session.decision.hold).toBe(false);
  });

  test("don't stop them for ever: now and then a frame tries the path", () => {
    const session = new Session().play(2_000, clean);
    let sent = 0;
    for (let tick = 0; tick < 60; tick++) {
      session.play(FRAME_MS, undefined);
      if (!session.decision.hold) sent += 1;
    }
    expect(sent).toBeGreaterThan(4);
    expect(sent).toBeLessThan(30);
  });
});

describe("silence", () => {
  test("lowers the rate, but not the picture, and its end brings both back in a second", () => {
    const session = new Session().play(2_000, clean);
    session.play(1_500, undefined);
    expect(session.decision).toMatchObject({ bitrateKbps: 3_000, fps: 60, limit: "link-silent" });
    session.play(1_200, clean);
    expect(session.decision).toMatchObject({ bitrateKbps: 12_000, fps: 60, limit: "none" });
  });

  test("explains the loss that is reported after it", () => {
    const session = new Session().play(2_000, clean);
    session.play(1_500, undefined);
    session.tell({ type: "loss-reported", lossFraction: 0.9, roundTripMs: 30 });
    session.play(1_200, clean);
    expect(session.decision).toMatchObject({ bitrateKbps: 12_000, limit: "none" });
  });
});

test("loss without delay is tried, found to be the link's own, and the rate restored", () => {
  const session = new Session().play(2_000, clean);
  const rates: number[] = [];
  for (let second = 0; second < 8; second++) {
    session.tell({ type: "loss-reported", lossFraction: 0.2, roundTripMs: 24 });
    session.play(1_000, clean);
    rates.push(session.decision.bitrateKbps);
  }
  expect(Math.min(...rates)).toBeLessThan(10_000);
  expect(rates.at(-1)).toBe(12_000);
});

describe("a player whose browser reports no frames", () => {
  test("is served by mediasoup's estimate", () => {
    const session = new Session().play(1_500, undefined);
    session.tell({ type: "bandwidth-estimated", availableKbps: 2_000 });
    expect(session.decision).toMatchObject({ bitrateKbps: 1_700, limit: "link-delay" });
  });

  test("goes up with it step by step", () => {
    const session = new Session().play(1_500, undefined);
    session.tell({ type: "bandwidth-estimated", availableKbps: 8_000 });
    expect(session.decision.bitrateKbps).toBeLessThan(5_000);
    session.play(1_500, undefined);
    expect(session.decision.bitrateKbps).toBeGreaterThan(5_000);
    expect(session.decision.bitrateKbps).toBeLessThanOrEqual(6_800);
  });

  test("is not slowed by an estimate that only repeats what the transport began with", () => {
    const session = new Session();
    session.tell({ type: "bandwidth-estimated", availableKbps: 600 });
    expect(session.decision.bitrateKbps).toBe(4_000);
  });

  test("an estimate that stopped coming is not followed", () => {
    const session = new Session().play(1_500, undefined);
    session.tell({ type: "bandwidth-estimated", availableKbps: 8_000 });
    session.play(30_000, undefined);
    expect(session.decision.bitrateKbps).toBeLessThanOrEqual(6_800);
  });
});

describe("what no network made", () => {
  test.each([
    ["an encoder that can't keep up", "node-encoder"],
    ["a decoder that can't keep up", "player-decoder"],
  ] as const)("%s gets a smaller picture first and then half the frames, and the bits go with them", (_name, limit) => {
    const session = new Session();
    const complain = (seconds: number) => {
      for (let second = 0; second < seconds; second++) {
        session.tell(
          limit === "node-encoder"
            ? { type: "encoder-reported", report: { encodeMs: 25, backlogFrames: 0, pacerQueueMs: 0 } }
            : { type: "player-reported", report: { framesReceived: 30, framesDropped: 30, decodeMs: 20 } },
        );
        session.play(1_000, clean);
      }
      return session.decision;
    };
    const smaller = complain(4);
    expect(smaller).toMatchObject({ fps: 60, size: { ratio: 3 / 4 }, limit });
    expect(smaller.bitrateKbps).toBeLessThan(12_000);
    const fewer = complain(3);
    expect(fewer).toMatchObject({ fps: 30, size: { ratio: 3 / 4 }, limit });
    expect(fewer.bitrateKbps).toBeLessThan(smaller.bitrateKbps);
  });
});

describe("always", () => {
  const EVENTS: readonly RateEvent[] = [
    { type: "ticked" },
    { type: "bandwidth-estimated", availableKbps: 0 },
    { type: "bandwidth-estimated", availableKbps: 900_000 },
    { type: "loss-reported", lossFraction: 1, roundTripMs: 0 },
    { type: "loss-reported", lossFraction: 0, roundTripMs: 900 },
    { type: "frames-received", frames: [] },
    { type: "frames-received", frames: [{ rtpTimestamp: 3, receivedAtMs: -1e12 }] },
    { type: "frames-received", frames: [{ rtpTimestamp: 4, receivedAtMs: Number.NaN }] },
    { type: "frame-sent", frame: { rtpTimestamp: 3, bytes: 2_000_000, keyframe: true } },
    { type: "frame-sent", frame: { rtpTimestamp: 4, bytes: 0, keyframe: false } },
    { type: "encoder-reported", report: { encodeMs: 1e6, backlogFrames: 1e6, pacerQueueMs: 1e6 } },
    { type: "player-reported", report: { framesReceived: 0, framesDropped: 1e6, decodeMs: 1e6 } },
  ];

  test.each([1, 2, 3, 4, 5])("whatever it hears, a decision can be carried out (order %i)", (order) => {
    const session = new Session();
    for (let step = 0; step < 3_000; step++) {
      const event = EVENTS[(step * (2 * order + 1) + Math.floor(step / 7)) % EVENTS.length];
      if (event) session.tell(event);
      session.nowMs += (step * order) % 40;
      const { bitrateKbps, fps, size } = session.decision;
      expect(bitrateKbps).toBeGreaterThanOrEqual(OPTIONS.minKbps);
      expect(bitrateKbps).toBeLessThanOrEqual(OPTIONS.maxKbps);
      expect([60, 30]).toContain(fps);
      expect(size.width % 2 === 0 && size.height % 2 === 0).toBe(true);
    }
  });

  test("an event leaves the state it was told to as it was", () => {
    const { state } = new Session().play(1_000, clean);
    const frozen = Object.freeze(state);
    const event: RateEvent = { type: "frame-sent", frame: { rtpTimestamp: 99_999, bytes: 9_000, keyframe: false } };
    expect(controlRate(frozen, event, 1_000)).toEqual(controlRate(frozen, event, 1_000));
  });
});

test("a page that was not seen for a while costs no bitrate and leaves no hold", () => {
  const session = new Session().play(4_000, clean);
  const before = session.decision.bitrateKbps;
  session.play(100, undefined);
  [session.state, session.decision] = loseSight(session.state, session.nowMs);
  expect(session.decision.hold).toBe(false);
  session.nowMs += 60_000;
  [session.state, session.decision] = loseSight(session.state, session.nowMs);
  session.tell({ type: "ticked" });
  expect(session.decision.bitrateKbps).toBe(before);
  expect(session.play(1_000, clean).decision.bitrateKbps).toBeGreaterThanOrEqual(before);
});
