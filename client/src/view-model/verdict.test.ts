import type { StreamLimit } from "@nearframe/shared/qoe/stream-limit";
import { describe, expect, test } from "vitest";
import { sampleHistory } from "../testing/samples.ts";
import { qualityOf, type History } from "./history.ts";
import { connectionOf, judgeNetwork, type Verdict } from "./verdict.ts";

describe("the minute", () => {
  test("forgets what is older", () => {
    const history = sampleHistory(90);
    expect(history).toHaveLength(60);
    expect(history[0]?.atMs).toBe(31_000);
  });

  test("is scored once half of it is known", () => {
    expect(qualityOf(sampleHistory(20))).toBeUndefined();
    expect(qualityOf(sampleHistory(40))?.band).toBe("good");
    expect(qualityOf(sampleHistory(40, () => ({ roundTripMs: 300 })))?.mos).toBeLessThan(3);
  });
});

describe("the verdict", () => {
  test.each<[string, History, StreamLimit | undefined, Verdict]>([
    ["too few seconds", sampleHistory(2), undefined, "measuring"],
    ["nothing wrong", sampleHistory(30), "none", "good"],
    ["the title sends little", sampleHistory(30), "link-unproven", "good"],
    ["the node hears nothing", sampleHistory(30), "link-silent", "silent"],
    ["three of a hundred packets are lost", sampleHistory(30, () => ({ lossShare: 0.03 })), undefined, "loss"],
    ["packets were lost, half a minute ago", sampleHistory(40, (i) => ({ lossShare: i < 10 ? 0.2 : 0 })), undefined, "good"],
    ["the round trip grew by a queue", sampleHistory(30, (i) => ({ roundTripMs: i > 25 ? 150 : 12 })), undefined, "delay"],
    ["the node holds back for delay", sampleHistory(30), "link-delay", "delay"],
    ["the machine is far away", sampleHistory(30, () => ({ roundTripMs: 120 })), undefined, "far"],
    ["one frame in ten is dropped", sampleHistory(30, () => ({ framesDropped: 7 })), undefined, "decoder"],
    ["the node can't encode more", sampleHistory(30), "node-encoder", "machine"],
    ["the picture stands again and again", sampleHistory(30, (i) => ({ freezes: i % 4 === 0 ? 1 : 0 })), undefined, "unsteady"],
    ["loss hurts more than distance", sampleHistory(30, () => ({ roundTripMs: 120, lossShare: 0.03 })), undefined, "loss"],
      ])("%s", (_name, history, limit, verdict) => {
    expect(judgeNetwork(history, limit)).toBe(verdict);
  });

  test("knows Wi-Fi from mobile data where the browser does", () => {
    expect(connectionOf({ connection: { type: "wifi" } } as unknown as Navigator)).toBe("wifi");
    expect(connectionOf({ connection: { type: "bluetooth" } } as unknown as Navigator)).toBe("unknown");
    expect(connectionOf({} as Navigator)).toBe("unknown");
  });
});
