import { expect, test } from "vitest";
import { measureDecoders, type DecodingInfo } from "./decoders.ts";

type Answer = { supported: boolean; smooth: boolean; powerEfficient: boolean };

/** A browser that answers by codec, and remembers what it was asked. */
function browser(answers: Record<string, Answer>) {
  const asked: string[] = [];
  const capabilities: DecodingInfo = {
    decodingInfo(configuration) {
      const contentType = configuration.video?.contentType ?? "";
      asked.push(`${configuration.type} ${contentType}`);
      const answer = answers[contentType.split(";")[0] ?? ""];
      return Promise.resolve(answer ?? { supported: false, smooth: false, powerEfficient: false });
    },
  };
  return { asked, capabilities };
}

test("a browser says how well it decodes what it decodes", async () => {
  const { asked, capabilities } = browser({
    "video/H264": { supported: true, smooth: true, powerEfficient: true },
    "video/VP8": { supported: true, smooth: false, powerEfficient: false },
  });
  expect(await measureDecoders(capabilities)).toEqual([
    { codec: "H264", smooth: true, powerEfficient: true },
    { codec: "VP8", smooth: false, powerEfficient: false },
  ]);
  expect(asked[0]).toMatch(/^webrtc video\/H264;.*profile-level-id=42e01f/);
  expect(asked.slice(1)).toEqual(["webrtc video/VP8", "webrtc video/AV1"]);
});

test("one that can't be asked says nothing, and is not refused for it", async () => {
  expect(await measureDecoders(undefined)).toBeUndefined();
  const refuses: DecodingInfo = { decodingInfo: () => Promise.reject(new TypeError("webrtc is not a MediaDecodingType")) };
  expect(await measureDecoders(refuses)).toBeUndefined();
});
