// Reads which input the title had been given, right before its pixels are read.
// The layout is `input/mark.ts`.

import { closeSync, openSync, readSync } from "node:fs";
import type { Scope } from "@nearframe/shared/lifetime";
import { INPUT_MARK_BYTES } from "../../../input/mark.ts";
import type { InputAtCapture } from "../../video-stream.ts";

const NO_INPUT: InputAtCapture = { inputSeq: 0, inputAppliedAtMs: 0 };

export function openInputMark(path: string | undefined, scope: Scope): () => InputAtCapture {
  if (path === undefined) return () => NO_INPUT;
  const fd = scope.own(openSync(path, "r"), closeSync);
  const bytes = Buffer.alloc(INPUT_MARK_BYTES);
  return () => {
    if (readSync(fd, bytes, 0, INPUT_MARK_BYTES, 0) < INPUT_MARK_BYTES) return NO_INPUT;
    return { inputSeq: bytes.readUInt32LE(0), inputAppliedAtMs: bytes.readDoubleLE(8) };
  };
}
