import { readFrameReceipts } from "@nearframe/shared/media/frame-receipts";
import { expect, test } from "vitest";
import type { ShownFrame } from "./frame-clock.ts";
import { createReceipts } from "./receipts.ts";

const frame = (rtpTimestamp: number | undefined, receivedAtMs: number | undefined): ShownFrame => ({
  rtpTimestamp, receivedAtMs, decodeMs: 1, presentedAtMs: 0, visibleAtMs: 0, framesPresented: 1, width: 2, height: 2,
});

function fakeChannel() {
  const sent: Uint8Array[] = [];
  const channel = {
    bufferedBytes: 0,
    send(data: Uint8Array<ArrayBuffer> | string) {
      if (typeof data !== "string") sent.push(data);
      return true;
    },
  };
  return { channel, sent };
}

test("each message tells of the last three frames, newest first", () => {
  const { channel, sent } = fakeChannel();
  const receipts = createReceipts();
  receipts.connect(channel);
  for (let i = 1; i <= 4; i++) receipts.handleFrame(frame(i * 1500, i * 16));
  expect(readFrameReceipts(sent.at(-1) ?? new Uint8Array())?.map(({ rtpTimestamp }) => rtpTimestamp)).toEqual([6000, 4500, 3000]);
});

test("a full channel is not filled further, and what was left out is told with the next frame", () => {
  const { channel, sent } = fakeChannel();
  const receipts = createReceipts();
  receipts.connect(channel);
  channel.bufferedBytes = 1000;
  receipts.handleFrame(frame(1, 1));
  expect(sent).toEqual([]);
  channel.bufferedBytes = 0;
  receipts.handleFrame(frame(2, 2));
  expect(readFrameReceipts(sent[0] ?? new Uint8Array())).toHaveLength(2);
});

test("a new path starts from nothing, and frames that can't be named are not told", () => {
  const { channel, sent } = fakeChannel();
  const receipts = createReceipts();
  receipts.connect(channel);
  receipts.handleFrame(frame(1, 1));
  receipts.connect(channel);
  receipts.handleFrame(frame(undefined, 2));
  receipts.handleFrame(frame(9, undefined));
  receipts.handleFrame(frame(5, 5));
  expect(sent).toHaveLength(2);
  expect(readFrameReceipts(sent[1] ?? new Uint8Array())).toHaveLength(1);
});
