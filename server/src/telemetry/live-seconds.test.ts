import { describe, expect, test } from "vitest";
import { nodeSample, playerSample } from "../testing/fixtures.ts";
import { LATE_MS_MAX, MINUTE_MS, SAMPLES_BURST_MAX, SECONDS_KEPT } from "./limits.ts";
import { LiveSeconds } from "./live-seconds.ts";

const BEGAN_MS = 1_800_000_000_000;
const session = { sessionId: "s1", nodeId: "n1", playedSinceMs: BEGAN_MS };

/** Both ends tell of each second in `[from, until)` of the session. */
function play(live: LiveSeconds, from: number, until: number, played = session): void {
  for (let second = from; second < until; second++) {
    const nowMs = BEGAN_MS + (second + 1) * 1_000;
    expect(live.takePlayerSample(played, playerSample(), nowMs)).toBe("taken");
    expect(live.takeNodeSample(played, nodeSample(), nowMs + 20)).toBe("taken");
  }
}

const at = (second: number) => BEGAN_MS + second * 1_000;

describe("a minute", () => {
  test("is due when no sample can come for it any more, and once", () => {
    const live = new LiveSeconds();
    play(live, 0, 75);
    expect(live.takeDueMinutes(at(60) + LATE_MS_MAX - 1)).toEqual([]);
    // The sample that ends with the minute is the next one's first.
    expect(live.takeDueMinutes(at(60) + LATE_MS_MAX)).toMatchObject([{ sessionId: "s1", nodeId: "n1", quality: { minute: 0, seconds: 59 } }]);
    expect(live.takeDueMinutes(at(75))).toEqual([]);
  });

  test("has the seconds that a link which stood still brings after it", () => {
    const live = new LiveSeconds();
    play(live, 0, 53);
    const due = [54, 60, 61].flatMap((second) => live.takeDueMinutes(at(second)));
    for (let second = 53; second < 61; second++) {
      expect(live.takePlayerSample(session, playerSample(), at(61) + second)).toBe("taken");
      expect(live.takeNodeSample(session, nodeSample(), at(61) + second)).toBe("taken");
    }
    expect([...due, ...live.takeDueMinutes(at(70))]).toMatchObject([{ quality: { minute: 0, seconds: 59 } }]);
  });

  test("counts from the first frame, also where the server came later", () => {
    const live = new LiveSeconds();
    play(live, 600, 680);
    expect(live.takeDueMinutes(at(680))).toMatchObject([{ quality: { minute: 10, beganAtMs: BEGAN_MS + 10 * MINUTE_MS } }]);
  });

  test("with too little in it gives nothing, and the next one does", () => {
    const live = new LiveSeconds();
    play(live, 0, 20);
    play(live, 60, 130);
    expect(live.takeDueMinutes(at(130)).map(({ quality }) => quality.minute)).toEqual([1]);
  });

  test("of a session that ends is scored at once, and nothing is left of it", () => {
    const live = new LiveSeconds();
    play(live, 0, 100);
    expect(live.end("s1").map(({ quality }) => quality.minute)).toEqual([0, 1]);
    expect([live.size, live.end("s1"), live.recent("s1")]).toEqual([0, [], undefined]);
  });

  test("is not lost when the clock of the process before was ahead", () => {
    const live = new LiveSeconds();
    play(live, 0, 40, { ...session, playedSinceMs: BEGAN_MS + 3600_000 });
    expect(live.end("s1")).toMatchObject([{ quality: { minute: 0 } }]);
  });

  test("each session has its own", () => {
    const live = new LiveSeconds();
    play(live, 0, 70);
    play(live, 20, 70, { sessionId: "s2", nodeId: "n2", playedSinceMs: BEGAN_MS + 20_000 });
    expect(live.takeDueMinutes(at(70)).map(({ sessionId }) => sessionId)).toEqual(["s1"]);
    expect(live.endAll().map(({ sessionId, nodeId }) => [sessionId, nodeId])).toEqual([["s2", "n2"]]);
  });
});

describe("what is too much", () => {
  test("samples: of one end, the other's still count", () => {
    const live = new LiveSeconds();
    const takings = Array.from({ length: 20 }, () => live.takePlayerSample(session, playerSample({ durationMs: 100 }), at(1)));
    expect(takings.slice(0, SAMPLES_BURST_MAX)).toEqual(Array(SAMPLES_BURST_MAX).fill("taken"));
    expect(new Set(takings.slice(SAMPLES_BURST_MAX))).toEqual(new Set(["too-fast"]));
    expect(live.takeNodeSample(session, nodeSample(), at(1))).toBe("taken");
    expect(live.takePlayerSample(session, playerSample(), at(2))).toBe("taken");
  });

  test("time: seconds that have not been yet", () => {
    const live = new LiveSeconds();
    expect(live.takePlayerSample(session, playerSample(), at(1))).toBe("taken");
    expect(live.takePlayerSample(session, playerSample({ durationMs: 10_000 }), at(2))).toBe("early");
  });

  test("sessions: those that are known go on", () => {
    const live = new LiveSeconds({ sessionsMax: 1 });
    play(live, 0, 2);
    expect(live.takePlayerSample({ ...session, sessionId: "s2" }, playerSample(), at(3))).toBe("sessions-full");
    expect(live.takeNodeSample({ ...session, sessionId: "s2" }, nodeSample(), at(3))).toBe("sessions-full");
    play(live, 2, 4);
    live.end("s1");
    expect(live.takePlayerSample({ ...session, sessionId: "s2" }, playerSample(), at(5))).toBe("taken");
  });
});

test("all that each end has told of is summed up, however little of it is kept", () => {
  const live = new LiveSeconds();
  expect(live.told("s1")).toBeUndefined();
  play(live, 0, 400);
  for (let second = 400; second < 420; second++) live.takeNodeSample(session, nodeSample(), at(second + 1) + 20);
  // What was not taken is not told.
  expect(live.takePlayerSample(session, playerSample({ durationMs: 10_000 }), at(401))).toBe("early");
  expect(live.told("s1")).toEqual({ nodeMs: 420_000, playerMs: 400_000 });
});

test("the last minutes of both ends are there to be looked into, and no more than that", () => {
  const live = new LiveSeconds();
  play(live, 0, 400);
  const { player = [], node = [] } = live.recent("s1") ?? {};
  expect([player.length, node.length]).toEqual([SECONDS_KEPT, SECONDS_KEPT]);
  expect(player.at(-1)).toMatchObject({ endMs: at(400), framesShown: 60, clickToPhotonMsP50: 19 });
  expect(node.at(-1)).toMatchObject({ endMs: at(400) + 20, encodeMsP95: 4 });
});
