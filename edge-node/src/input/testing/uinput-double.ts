// The kernel's side of a virtual pad that shakes, as drivers/input/misc/uinput.c has it:
// requests by number, filled in when they are begun, done when they are ended.

import type { FeedbackFile } from "../adapters/force-feedback.ts";
import { FORCE_FEEDBACK, ForceFeedbackIoctl, INPUT_EVENT_BYTES, RUMBLE_EFFECT } from "../adapters/force-feedback-layout.ts";
import type { PadTitle } from "../adapters/force-feedback.contract.ts";

const FROM_UINPUT = 0x0101;
const UPLOAD = 1;
const ERASE = 2;

type Waiting = { fill(request: Buffer): void; done(failed: number): void };

export function createUinputDouble(): { file: FeedbackFile; title: PadTitle; onReadable(handle: () => void): void } {
  const waiting = new Map<number, Waiting>();
  let [unread, nextRequest, nextEffect] = [[] as Buffer[], 1, 0];
  let readable = () => {};

  function give(type: number, code: number, value: number): void {
    const event = Buffer.alloc(INPUT_EVENT_BYTES);
    event.writeUInt16LE(type, 16);
    event.writeUInt16LE(code, 18);
    event.writeInt32LE(value, 20);
    unread.push(event);
    setImmediate(() => readable());
  }

  const ask = (code: number, fill: Waiting["fill"]) =>
    new Promise<void>((resolve, reject) => {
      const requestId = nextRequest++;
      waiting.set(requestId, { fill, done: (failed) => (failed === 0 ? resolve() : reject(new Error(`errno ${-failed}`))) });
      give(FROM_UINPUT, code, requestId);
    });

  return {
    onReadable: (handle) => (readable = handle),
    file: {
      read() {
        const events = Buffer.concat(unread);
        unread = [];
        return events;
      },
      control(request, argument) {
        const requestId = argument.readUInt32LE(0);
        const asked = waiting.get(requestId);
        if (!asked) throw new Error(`no request ${requestId} waits (EINVAL)`);
        if (request === ForceFeedbackIoctl.beginUpload || request === ForceFeedbackIoctl.beginErase) return asked.fill(argument);
        waiting.delete(requestId);
        asked.done(argument.readInt32LE(4));
      },
    },
    title: {
      async upload({ strong, weak, lengthMs }) {
        const id = nextEffect++;
        await ask(UPLOAD, (request) => {
          request.writeUInt16LE(RUMBLE_EFFECT, 8);
          request.writeInt16LE(id, 10);
          request.writeUInt16LE(lengthMs, 18);
          request.writeUInt16LE(Math.round(strong * 0xffff), 24);
          request.writeUInt16LE(Math.round(weak * 0xffff), 26);
        });
        return id;
      },
      erase: (id) => ask(ERASE, (request) => request.writeUInt32LE(id, 8)),
      async play(id, times) {
        give(FORCE_FEEDBACK, id, times);
      },
    },
  };
}
