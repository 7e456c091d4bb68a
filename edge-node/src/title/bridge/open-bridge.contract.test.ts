// The node's end of a title's bridge, with a real socket at the other.

import { connect } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import { FRAME_BYTES_MAX } from "../../camera/frames.ts";
import { createPrivateFolder } from "../../process/private-folder.ts";
import { readLines } from "./lines.ts";
import { openBridge, type Bridge } from "./open-bridge.ts";

let scope: Scope;
let bridge: Bridge;
let path: string;
beforeEach(async () => {
  scope = new Scope();
  path = join(await createPrivateFolder("bridge", scope), "bridge");
  bridge = await openBridge(path, scope);
});
afterEach(() => scope.close());

const frameOf = (bytes: number) => ({ type: "camera", keyframe: true, data: Buffer.alloc(bytes, 1).toString("base64") }) as const;

async function connectTitle() {
  const title = scope.own(connect(path), (socket) => void socket.destroy());
  await once(title, "connect");
  // The node's end of it comes a turn later.
  await expect.poll(() => bridge.send({ type: "tree.read", id: 1 })).toBe(true);
  return title;
}

test("says that nobody listens", () => {
  expect(bridge.send({ type: "tree.read", id: 1 })).toBe(false);
});

test("takes the largest picture of a camera that there may be, and it arrives whole", async () => {
  const title = await connectTitle();
  const lines: string[] = [];
  readLines(title, (line) => void lines.push(line));
  const frame = frameOf(FRAME_BYTES_MAX);
  expect(bridge.send(frame)).toBe(true);
  await expect.poll(() => lines.length).toBe(2);
  expect(JSON.parse(lines[1]!)).toEqual(frame);
});

test("takes no more from a title that does not read than may wait, and goes on when it does", async () => {
  const title = await connectTitle();
  title.pause();
  let taken = 0;
  while (bridge.send(frameOf(FRAME_BYTES_MAX)) && taken < 100) taken++;
  expect(taken).toBeGreaterThan(1);
  expect(taken).toBeLessThan(100);
  title.resume();
  await expect.poll(() => bridge.send({ type: "tree.read", id: 2 })).toBe(true);
});
