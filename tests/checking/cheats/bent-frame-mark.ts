// What a node says about each frame, by a host that sells more than it sends: the cheat of
// `inflating-node.ts`. Everything else is the product's own.

import { writeFrameMark as writeTrueMark, type WireFrameMark } from "@nearframe/shared/media/frame-mark";

export * from "@nearframe/shared/media/frame-mark";

const TOLD_FOR_EACH_BYTE = 2;

export const writeFrameMark = (mark: WireFrameMark): Uint8Array<ArrayBuffer> => writeTrueMark({ ...mark, payloadBytes: TOLD_FOR_EACH_BYTE * mark.payloadBytes });
