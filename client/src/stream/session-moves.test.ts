// A session that goes to another node, before and after there is a picture.

import type { ServerToClient } from "@nearframe/shared/protocol/server-to-client";
import { describe, expect, test } from "vitest";
import { offer } from "../testing/samples.ts";
import { connecting, playing, progress, starting } from "../testing/session-machine.ts";
import { wakesAtMs } from "./session-transition.ts";

test("a path that was being made to a node which is left fails without harm", () => {
  const moved = connecting().hear({ type: "session.moving", sessionId: "s-1", reason: "node-lost" });
  moved.happen({ kind: "receiver-failed", cause: "node-silent", detail: "the session ended or moved to another device" });
  expect(moved.sent).toEqual([]);
  expect(moved.state).toMatchObject({ phase: "starting", moving: "node-lost" });
  moved.hear({ type: "session.offer", sessionId: "s-1", epoch: 2, offer }).happen({ kind: "receiver-failed", cause: "node-silent", detail: "no answer" });
  expect(moved.sent).toMatchObject([{ type: "session.unreachable" }]);
});

describe("a display's own empty screen", () => {
  test("is no first frame; what is shown once the title has drawn is", () => {
    const started = connecting().hear(progress("display-started")).happen({ kind: "media-connected" });
    started.happen({ kind: "frame-shown", atMs: 1_500 });
    expect(started.state.phase).toBe("starting");
    expect(started.sent).toEqual([]);
    started.hear(progress("first-picture")).happen({ kind: "frame-shown", atMs: 2_200 });
    expect(started.state.phase).toBe("playing");
    expect(started.sent).toEqual([{ type: "session.first-frame", sessionId: "s-1", elapsedMs: 1_200 }]);
  });

  test("ends no move: the words that say so stay until the next node's title has drawn", () => {
    const moved = playing().hear({ type: "session.moving", sessionId: "s-1", reason: "node-lost" });
    moved.hear(progress("display-started")).hear({ type: "session.offer", sessionId: "s-1", epoch: 2, offer });
    moved.happen({ kind: "media-connected" }).happen({ kind: "frame-shown", atMs: 3_000 });
    expect(moved.state).toMatchObject({ phase: "playing", moving: "node-lost" });
    moved.hear(progress("first-picture")).happen({ kind: "frame-shown", atMs: 3_400 });
    expect(moved.state).toMatchObject({ phase: "playing", moving: undefined });
    expect(moved.sent).toMatchObject([{ type: "session.first-frame" }]);
  });

  test("is not waited out where the line to the server went, and with it the word that the title has drawn", () => {
    const cut = connecting().hear(progress("display-started")).happen({ kind: "media-connected" }).happen({ kind: "control-lost" });
    expect(cut.happen({ kind: "frame-shown", atMs: 2_000 }).state.phase).toBe("playing");
    const back = connecting().hear(progress("display-started")).happen({ kind: "media-connected" }).happen({ kind: "control-lost" });
    back.happen({ kind: "control-opened", held: [] }).happen({ kind: "frame-shown", atMs: 2_000 });
    expect(back.sent).toMatchObject([{ type: "session.first-frame" }]);
  });

  test("is not waited out in a session that runs already, of whose start nothing is told", () => {
    const back = connecting().happen({ kind: "media-connected" }).happen({ kind: "frame-shown", atMs: 2_000 });
    expect(back.state.phase).toBe("playing");
  });
});

describe("moving to another node", () => {
  const moving: ServerToClient = { type: "session.moving", sessionId: "s-1", reason: "node-lost" };

  test("keeps the picture and waits, whatever becomes of the old path, and goes on with the next offer", () => {
    const moved = playing().hear(moving);
    expect(moved.effects).toEqual([]);
    expect(moved.state).toMatchObject({ phase: "playing", moving: "node-lost" });
    expect(moved.happen({ kind: "media-disconnected" }).effects).toEqual([]);
    expect(wakesAtMs(moved.state)).toBe(Infinity);
    moved.hear({ type: "session.offer", sessionId: "s-1", epoch: 8, offer });
    expect(moved.effects).toEqual([{ do: "open-receiver", epoch: 8, offer }]);
    moved.happen({ kind: "media-connected" });
    expect(moved.state).toMatchObject({ moving: "node-lost" });
    moved.happen({ kind: "frame-shown", atMs: 4_000 });
    expect(moved.state).toMatchObject({ phase: "playing", moving: undefined });
    expect(moved.sent).toMatchObject([{ type: "session.first-frame" }]);
  });

  test("while starting shows the steps from the beginning", () => {
    const moved = starting().hear(progress("placed")).hear(progress("first-picture")).hear(moving);
    expect(moved.state).toMatchObject({ phase: "starting", steps: [], frameUntilMs: undefined });
  });
});
