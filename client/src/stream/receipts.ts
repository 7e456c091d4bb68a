// Tells the node which frames came and when, as each is shown: what the node's rate
// control sees a queue by. Each message repeats the last few, so a lost one costs nothing.

import { writeFrameReceipts, type FrameReceipt } from "@nearframe/shared/media/frame-receipts";
import type { ShownFrame } from "./frame-clock.ts";
import type { SendChannel } from "./receiver.ts";

export interface Receipts {
  connect(channel: SendChannel | undefined): void;
  handleFrame(frame: ShownFrame): void;
}

/** Three frames, 28 bytes: two messages in a row may be lost. */
const TOLD_AGAIN = 3;
/** What waits here is old news; the next message says it again. */
const WAITING_BYTES_MAX = 256;

export function createReceipts(): Receipts {
  let channel: SendChannel | undefined;
  let recent: FrameReceipt[] = [];
  return {
    connect(next) {
      channel = next;
      recent = [];
    },
    handleFrame({ rtpTimestamp, receivedAtMs }) {
      // Browsers that say neither are steered by the media server's estimate alone.
      if (rtpTimestamp === undefined || receivedAtMs === undefined || !channel) return;
      recent = [{ rtpTimestamp, receivedAtMs }, ...recent].slice(0, TOLD_AGAIN);
      if (channel.bufferedBytes <= WAITING_BYTES_MAX) channel.send(writeFrameReceipts(recent));
    },
  };
}
