import { expect, test } from "vitest";
import { LOST_AFTER_MS, packetsReceived, QUIET_AFTER_MS, STALLED_AFTER_MS, watchStall, type Stall, type StallNews } from "./stall-watch.ts";

/** Readings at their times, and what each led to. */
function watch(readings: [atMs: number, packets: number | undefined][]): string[] {
  let stall: Stall | undefined;
  return readings.map(([atMs, packets]) => {
    let news: StallNews[];
    [stall, news] = watchStall(stall, packets, atMs);
    return news.join("+");
  });
}

test("a path over which packets come is neither quiet nor stalled", () => {
  expect(watch([[0, 10], [300, 11], [600, 12], [5_000, 13]])).toEqual(["", "", "", ""]);
});

test("silence is quiet first, then lost, then stalled, each said again only after its time", () => {
  const readings = [0, QUIET_AFTER_MS - 1, QUIET_AFTER_MS, LOST_AFTER_MS, 600, STALLED_AFTER_MS, 2_000, 4_400, 5_500];
  expect(watch(readings.map((atMs) => [atMs, 10]))).toEqual([
    "", "", "quiet", "lost", "", "stalled", "stalled", "quiet+stalled", "lost+stalled",
  ]);
});

test("the first packet after it starts all anew", () => {
  expect(watch([[0, 10], [1_200, 10], [1_300, 11], [1_500, 11], [1_700, 11]])).toEqual(["", "quiet+lost+stalled", "", "", "quiet"]);
});

test("before the first packet, and while nothing can be said, there is no silence", () => {
  expect(watch([[0, 0], [9_000, 0], [9_100, undefined], [20_000, 5], [20_100, undefined], [30_000, 5]])).toEqual(["", "", "", "", "", ""]);
});

test("packets of sound and picture are counted together", () => {
  const report = new Map<string, object>([
    ["a", { type: "inbound-rtp", packetsReceived: 3 }], ["v", { type: "inbound-rtp", packetsReceived: 4 }],
    ["t", { type: "transport", packetsReceived: 90 }], ["n", { type: "inbound-rtp" }],
  ]);
  expect(packetsReceived(report as unknown as RTCStatsReport)).toBe(7);
});
