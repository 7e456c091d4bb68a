import type { ServerToClient } from "@nearframe/shared/protocol/server-to-client";
import { END_REASONS } from "@nearframe/shared/session/end-reasons";
import { describe, expect, test } from "vitest";
import { device, offer } from "../testing/samples.ts";
import { connecting, created, play, playing, progress, requested, starting } from "../testing/session-machine.ts";
import { CONNECT_TIMEOUT_MS, DOWN_MAX_MS, RESTART_EVERY_MS } from "./media-path.ts";
import type { SessionEvent } from "./session-state.ts";
import { FRAME_TIMEOUT_MS, PREPARE_TIMEOUT_MS, REQUEST_TIMEOUT_MS, wakesAtMs } from "./session-transition.ts";
import { SLOW_START_MS, VERDICT_MS } from "./session-live.ts";

describe("before the session", () => {
  test("it is asked for once both the device and the line are there, in either order", () => {
    const lineFirst = play().happen({ kind: "control-opened", held: [] });
    expect(lineFirst.sent).toEqual([]);
    lineFirst.happen({ kind: "device-known", device });
    expect(lineFirst.sent).toEqual([{ type: "session.request", requestId: "id-1", titleId: "some-title", device }]);
    expect(requested().sent).toEqual(lineFirst.sent);
  });

  test("a session of this title that is being kept is taken up again", () => {
    const held = [{ sessionId: "s-0", titleId: "some-title", untilMs: 9 }];
    const back = play().happen({ kind: "device-known", device }).happen({ kind: "control-opened", held });
    expect(back.sent).toEqual([{ type: "session.resume", requestId: "id-1", sessionId: "s-0", device }]);
  });

  test.each([
    ["refused", { type: "error", code: "SESSION_UNKNOWN", message: "gone", requestId: "id-1" }],
    ["over", { type: "session.ended", sessionId: "s-0", reason: "player-lost" }],
  ] as const)("if what was kept is %s, a new session is asked for", (_, answer) => {
    const held = [{ sessionId: "s-0", titleId: "some-title", untilMs: 9 }];
    const back = play().happen({ kind: "device-known", device }).happen({ kind: "control-opened", held }).hear(answer);
    expect(back.sent).toEqual([{ type: "session.request", requestId: "id-2", titleId: "some-title", device }]);
  });

  test("a server that never answers is called unreachable", () => {
    const alone = play().happen({ kind: "device-known", device });
    expect(wakesAtMs(alone.state)).toBe(1_000 + PREPARE_TIMEOUT_MS);
    expect(alone.pass(PREPARE_TIMEOUT_MS).state).toMatchObject({
      phase: "over", outcome: { kind: "local", cause: "server-unreachable" },
    });
  });

  test("a request that is not answered in time fails", () => {
    expect(requested().pass(REQUEST_TIMEOUT_MS).state).toMatchObject({ outcome: { cause: "no-answer" } });
  });

  test("a refusal of another request changes nothing, one of ours ends it with the server's code", () => {
    const error = { type: "error", code: "QUEUE_FULL", message: "the line is full" } as const;
    expect(requested().hear({ ...error, requestId: "someone-else" }).state.phase).toBe("requested");
    expect(requested().hear({ ...error, requestId: "id-1" }).state).toMatchObject({
      outcome: { kind: "refused", code: "QUEUE_FULL" },
    });
  });

  test("a line lost while asking is waited for again, and what was made meanwhile is taken up", () => {
    const lost = requested().happen({ kind: "control-lost" });
    expect(lost.state.phase).toBe("preparing");
    lost.happen({ kind: "control-opened", held: [{ sessionId: "s-1", titleId: "some-title", untilMs: 9 }] });
    expect(lost.sent).toMatchObject([{ type: "session.resume", sessionId: "s-1" }]);
  });

  test.each(["no-webrtc", "no-video-codec", "player-broken"] as const)("a device that can't play ends it: %s", (cause) => {
    expect(play().happen({ kind: "device-unfit", cause, detail: "why" }).state).toMatchObject({
      outcome: { kind: "local", cause, detail: "why" },
    });
  });
});

describe("while starting", () => {
  test("steps are kept in the order of the list, whatever order they come in", () => {
    const steps = starting().hear(progress("first-picture")).hear(progress("placed")).hear(progress("placed"));
    expect(steps.state).toMatchObject({ steps: ["placed", "first-picture"] });
  });

  test("a title that shows nothing is called slow long before its limit, and no more once it has drawn", () => {
    const hangs = connecting().hear(progress("placed")).happen({ kind: "media-connected" }).hear(progress("title-started"));
    expect(wakesAtMs(hangs.state)).toBe(1_000 + SLOW_START_MS);
    expect(hangs.pass(SLOW_START_MS - 1).state).toMatchObject({ slow: undefined });
    expect(hangs.pass(1).state).toMatchObject({ phase: "starting", slow: "title" });
    expect([wakesAtMs(hangs.state), hangs.effects]).toEqual([Infinity, []]);
    expect(hangs.hear(progress("first-picture")).state).toMatchObject({ slow: undefined, slowAtMs: undefined });
  });

  test("a machine that comes no further is called slow, each step starts the time anew, and a move ends it", () => {
    const halts = starting().hear(progress("placed")).pass(SLOW_START_MS - 1).hear(progress("display-started")).pass(SLOW_START_MS - 1);
    expect(halts.state).toMatchObject({ slow: undefined });
    expect(halts.pass(1).state).toMatchObject({ slow: "machine" });
    expect(halts.hear({ type: "session.moving", sessionId: "s-1", reason: "node-lost" }).state).toMatchObject({ slow: undefined });
    expect(wakesAtMs(halts.state)).toBe(Infinity);
  });

  test("nothing is called slow in line, nor while the server is away, nor once there is a picture to bring", () => {
    expect(wakesAtMs(starting().hear({ type: "session.queued", sessionId: "s-1", position: 3 }).state)).toBe(Infinity);
    const drawn = starting().hear(progress("placed")).hear(progress("first-picture"));
    expect(wakesAtMs(drawn.state)).toBe(Infinity);
    const away = starting().hear(progress("placed")).pass(SLOW_START_MS).happen({ kind: "control-lost" });
    expect(away.state).toMatchObject({ slow: undefined, slowAtMs: undefined });
  });

  test("a place in line is shown until the first step", () => {
    const queued = starting().hear({ type: "session.queued", sessionId: "s-1", position: 3, waitMs: 4_000 });
    expect(queued.state).toMatchObject({ queue: { position: 3, waitMs: 4_000 } });
    expect(queued.hear(progress("placed")).state).toMatchObject({ queue: undefined });
  });

  test("a page that is hidden while it waits says so, each time that it is told its place, and when it is seen again", () => {
    const told = { type: "session.queued", sessionId: "s-1", position: 3 } as const;
    const says = (visible: boolean) => [{ type: "session.presence", sessionId: "s-1", visible }];
    const queued = starting().hear(told);
    expect(queued.sent).toEqual([]);
    expect(queued.hide(true).happen({ kind: "page-turned" }).sent).toEqual(says(false));
    expect(queued.hear(told).sent).toEqual(says(false));
    expect(queued.hear({ ...told, position: 5 }).state).toMatchObject({ queue: { position: 5, hiddenFrom: 3, othersFirst: true } });
    expect(queued.hide(false).happen({ kind: "page-turned" }).sent).toEqual(says(true));
    expect(queued.state).toMatchObject({ queue: { position: 5, othersFirst: true } });
    expect(queued.hear(told).state).toMatchObject({ queue: { position: 3, othersFirst: true } });
    expect(queued.hear(progress("placed")).state).toMatchObject({ queue: undefined });
    expect(playing().hide(true).happen({ kind: "page-turned" }).sent).toEqual([]);
  });

  test("the first frame makes it play and is told with the time since the tap", () => {
    const shown = playing();
    expect(shown.state).toMatchObject({ phase: "playing", sessionId: "s-1" });
    expect(shown.sent).toEqual([{ type: "session.first-frame", sessionId: "s-1", elapsedMs: 1_500 }]);
    expect(shown.happen({ kind: "frame-shown", atMs: 2_600 }).effects).toEqual([]);
  });

  test("a first frame that is shown before the page hears of its own path proves the path", () => {
    const shown = connecting().happen({ kind: "frame-shown", atMs: 2_500 });
    expect(shown.state).toMatchObject({ phase: "playing", media: { is: "up" } });
    expect(shown.happen({ kind: "media-connected" }).sent).toEqual([{ type: "session.connected", sessionId: "s-1" }]);
  });

  test("a node is measured beside the path that is up, and only there", () => {
    const trial = { type: "session.trial", sessionId: "s-1", epoch: 7, offer } as const;
    const tried = playing();
    const before = tried.state;
    expect(tried.hear(trial).effects).toEqual([{ do: "open-trial", epoch: 7, offer }]);
    expect(tried.state).toBe(before);
    expect(connecting().hear(trial).effects).toEqual([]);
    expect(playing().happen({ kind: "media-disconnected" }).hear(trial).effects).toEqual([]);
  });

  test("no path in time is told to the server and ends it", () => {
    const over = connecting().pass(CONNECT_TIMEOUT_MS);
    expect(over.sent).toMatchObject([{ type: "session.unreachable", sessionId: "s-1" }]);
    over.hear({ type: "session.ended", sessionId: "s-1", reason: "media-unreachable" });
    expect(over.state).toMatchObject({ outcome: { reason: "media-unreachable", detail: "no path could be made in time" } });
    expect(over.effects.at(-1)).toEqual({ do: "close-receiver" });
  });

  test("no path to a node that turns out to be gone is no end: the session moves", () => {
    const moved = connecting().pass(CONNECT_TIMEOUT_MS).pass(VERDICT_MS - 1);
    moved.hear({ type: "session.moving", sessionId: "s-1", reason: "node-lost" });
    expect(moved.state).toMatchObject({ phase: "starting", moving: "node-lost", media: { is: "none" } });
    expect(moved.pass(VERDICT_MS).state.phase).toBe("starting");
  });

  test("a server that does not say whose fault it was is not waited for", () => {
    const over = connecting().pass(CONNECT_TIMEOUT_MS);
    expect(wakesAtMs(over.pass(VERDICT_MS - 1).state)).toBeLessThan(Infinity);
    expect(over.state.phase).toBe("starting");
    expect(over.pass(1).state).toMatchObject({ outcome: { reason: "media-unreachable" } });
  });

  test("connected and drawn but no frame: the player's own decoder is in doubt", () => {
    const dark = connecting().happen({ kind: "media-connected" }).hear(progress("first-picture"));
    expect(dark.pass(FRAME_TIMEOUT_MS).pass(VERDICT_MS).state).toMatchObject({ outcome: { cause: "no-picture" } });
  });

  test("a page that nobody sees shows no frames, and is not blamed for it", () => {
    const hidden = connecting().happen({ kind: "media-connected" }).hear(progress("first-picture")).hide(true);
    expect(hidden.pass(FRAME_TIMEOUT_MS).state.phase).toBe("starting");
    expect(hidden.hide(false).pass(FRAME_TIMEOUT_MS - 1).state.phase).toBe("starting");
    expect(hidden.pass(1).sent).toMatchObject([{ type: "session.unreachable" }]);
  });

  test("a receiver that can't be made ends it with whose fault it was, and the server is told", () => {
    const over = connecting().happen({ kind: "receiver-failed", cause: "node-silent", detail: "no answer" });
    expect(over.sent).toEqual([{ type: "session.unreachable", sessionId: "s-1", detail: "no answer" }]);
    over.hear({ type: "session.ended", sessionId: "s-1", reason: "media-unreachable" });
    expect(over.state).toMatchObject({ outcome: { kind: "local", cause: "node-silent", detail: "no answer" } });
  });

  test("a receiver that fails while the line is down waits for the line", () => {
    const waiting = connecting().happen({ kind: "control-lost" }).happen({ kind: "receiver-failed", cause: "node-silent", detail: "no answer" });
    expect(waiting.state).toMatchObject({ phase: "starting", media: { is: "down" } });
    waiting.happen({ kind: "control-opened", held: [] });
    expect(waiting.sent).toMatchObject([{ type: "session.resume", sessionId: "s-1" }]);
  });
});

describe("while playing", () => {
  test("the picture goes on without the server, which is told on its return that nothing is needed", () => {
    const alone = playing().happen({ kind: "control-lost" });
    expect(alone.state).toMatchObject({ phase: "playing", control: "down", media: { is: "up" } });
    expect(wakesAtMs(alone.state)).toBe(Infinity);
    expect(alone.happen({ kind: "control-opened", held: [] }).sent).toEqual([
      { type: "session.connected", sessionId: "s-1" },
    ]);
  });

  test("a server that does not know it any more is asked properly, and its answer stands", () => {
    const asked = playing().happen({ kind: "control-lost" }).happen({ kind: "control-opened", held: [] });
    asked.hear({ type: "error", code: "SESSION_UNKNOWN", message: "gone" });
    expect(asked.sent).toMatchObject([{ type: "session.resume", requestId: "id-2" }]);
    asked.hear({ type: "error", code: "SESSION_UNKNOWN", message: "gone", requestId: "id-2" });
    expect(asked.state).toMatchObject({ outcome: { cause: "session-gone" } });
  });

  test("a first frame shown while the line was down is told when it is back", () => {
    const shown = connecting()
      .happen({ kind: "media-connected" })
      .happen({ kind: "control-lost" })
      .happen({ kind: "frame-shown", atMs: 3_000 });
    expect(shown.sent).toEqual([]);
    expect(shown.happen({ kind: "control-opened", held: [] }).sent).toEqual([
      { type: "session.connected", sessionId: "s-1" },
      { type: "session.first-frame", sessionId: "s-1", elapsedMs: 2_000 },
    ]);
  });

  test("a path that drops is restarted at once, again and again, then given up", () => {
    const down = playing().happen({ kind: "media-disconnected" });
    expect(down.effects).toEqual([{ do: "restart-ice" }]);
    expect(down.pass(RESTART_EVERY_MS - 1).effects).toEqual([]);
    expect(down.pass(1).effects).toEqual([{ do: "restart-ice" }]);
    expect(down.pass(RESTART_EVERY_MS).effects).toEqual([{ do: "restart-ice" }]);
    expect(down.pass(DOWN_MAX_MS).pass(VERDICT_MS).state).toMatchObject({ outcome: { reason: "media-unreachable" } });
  });

  test("with neither line nor path there is nothing to restart", () => {
    const lost = playing().happen({ kind: "control-lost" }).happen({ kind: "media-disconnected" });
    expect(lost.effects).toEqual([]);
    expect(lost.pass(RESTART_EVERY_MS).effects).toEqual([]);
    expect(lost.pass(DOWN_MAX_MS).state).toMatchObject({ outcome: { cause: "connection-lost" } });
  });

  test("a path that comes back by itself is told as connected", () => {
    const back = playing().happen({ kind: "media-disconnected" }).happen({ kind: "media-connected" });
    expect(back.state).toMatchObject({ phase: "playing", media: { is: "up" } });
    expect(back.sent).toEqual([{ type: "session.connected", sessionId: "s-1" }]);
  });

  test("a new offer is followed, and its first frame told", () => {
    const again = playing().hear({ type: "session.offer", sessionId: "s-1", epoch: 1, offer });
    expect(again.effects).toEqual([{ do: "open-receiver", epoch: 1, offer }]);
    again.happen({ kind: "media-connected" }).happen({ kind: "frame-shown", atMs: 1_400 });
    expect(again.sent).toEqual([{ type: "session.first-frame", sessionId: "s-1", elapsedMs: 400 }]);
  });

  test("leaving says so once and closes everything", () => {
    const left = playing().happen({ kind: "leave-pressed" });
    expect(left.effects).toEqual([
      { do: "send", message: { type: "session.leave", sessionId: "s-1" } },
      { do: "close-receiver" },
    ]);
    expect(left.happen({ kind: "leave-pressed" }).effects).toEqual([]);
  });

  test.each(END_REASONS.filter((reason) => reason !== "taken-over"))("the server's end stands: %s", (reason) => {
    const over = playing().hear({ type: "session.ended", sessionId: "s-1", reason, detail: "d" });
    expect(over.state).toMatchObject({ phase: "over", outcome: { kind: "ended", reason, detail: "d" } });
    expect(over.effects).toEqual([{ do: "close-receiver" }]);
  });

  test("another session's end is not ours", () => {
    expect(playing().hear({ type: "session.ended", sessionId: "s-2", reason: "node-lost" }).state.phase).toBe("playing");
  });

  test.each(["replaced", "outdated"] as const)("a line that is closed for good ends it: %s", (why) => {
    expect(playing().happen({ kind: "control-closed", why }).state).toMatchObject({ outcome: { cause: why } });
  });
});

describe("another network", () => {
  test("asks for a path at once, though the old one still looks up", () => {
    expect(playing().happen({ kind: "network-changed" }).effects).toEqual([{ do: "restart-ice" }]);
    expect(playing().happen({ kind: "media-quiet" }).effects).toEqual([{ do: "restart-ice" }]);
    expect(connecting().happen({ kind: "network-changed" }).effects).toEqual([]);
  });

  test("without a server asks for it when that is back", () => {
    const back = playing().happen({ kind: "control-lost" }).happen({ kind: "network-changed" });
    expect(back.effects).toEqual([]);
    back.happen({ kind: "control-opened", held: [] });
    expect(back.effects).toEqual([{ do: "send", message: { type: "session.connected", sessionId: "s-1" } }, { do: "restart-ice" }]);
    expect(back.happen({ kind: "control-lost" }).happen({ kind: "control-opened", held: [] }).effects).toHaveLength(1);
  });

  // With Wi-Fi both the path and the line to the server die. The line is found dead after half a second, and all that was
  // asked over it by then was lost; the path was asked for again after four seconds.
  test.each([
    ["before the line is known to be dead", ["network-changed", "media-quiet", "media-lost", "control-lost"]],
    ["after that", ["control-lost", "media-quiet", "media-lost"]],
  ] as const)("a path that was missed %s is asked for as soon as there is a server", (_, kinds) => {
    const run = playing();
    for (const kind of kinds) run.happen({ kind });
    run.happen({ kind: "control-opened", held: [] });
    expect(run.effects).toMatchObject([
      { do: "send", message: { type: "session.connected" } }, { do: "restart-ice" }, { do: "send", message: { type: "session.resume" } },
    ]);
    expect(run.happen({ kind: "control-lost" }).happen({ kind: "control-opened", held: [] }).effects).toMatchObject([
      { do: "send", message: { type: "session.connected" } }, { do: "send", message: { type: "session.resume" } },
    ]);
  });

  test("a path that a restart didn't bring back is made anew, unless that is under way", () => {
    const lost = playing().happen({ kind: "media-lost" });
    expect(lost.sent).toMatchObject([{ type: "session.resume", sessionId: "s-1" }]);
    expect(lost.happen({ kind: "media-lost" }).effects).toEqual([]);
    expect(playing().hear({ type: "session.moving", sessionId: "s-1", reason: "node-lost" }).happen({ kind: "media-lost" }).effects).toEqual([]);
    expect(playing().happen({ kind: "control-lost" }).happen({ kind: "media-lost" }).effects).toEqual([]);
  });

  test("silence while a title starts means nothing", () => {
    for (const kind of ["media-quiet", "media-stalled", "media-lost"] as const) {
      expect(connecting().happen({ kind: "media-connected" }).happen({ kind }).effects).toEqual([]);
    }
  });

  test("a second without media is told to the server", () => {
    expect(playing().happen({ kind: "media-stalled" }).sent).toEqual([{ type: "session.stalled", sessionId: "s-1" }]);
  });
});

describe("candidates", () => {
  const candidate = (epoch: number): ServerToClient => ({
    type: "session.offer", sessionId: "s-1", epoch, offer, probe: { nonce: "AAAAAAAAAAAAAAAA", nodeId: `n${epoch}` },
  });
  const probed = {
    kind: "candidate-probed", epoch: 5, receipt: "x", result: { count: 1, lost: 0, rttMs: { min: 1, p50: 1, p95: 1 }, jitterMs: 0 },
  } as const;

  test("are measured side by side, told of one by one, and the chosen one is taken", () => {
    const all = starting().hear(candidate(4)).hear(candidate(5));
    expect(all.effects).toEqual([{ do: "open-candidate", epoch: 5, offer }]);
    expect(all.happen(probed).sent).toEqual([{ type: "session.probed", sessionId: "s-1", epoch: 5, receipt: "x", result: probed.result }]);
    expect(all.hear({ type: "session.chosen", sessionId: "s-1", epoch: 5 }).effects).toEqual([{ do: "take-candidate", epoch: 5 }]);
    expect(all.happen({ kind: "media-connected" }).state).toMatchObject({ media: { is: "up" }, steps: ["connected"] });
  });

  test("a chosen one that is not here is asked for properly", () => {
    const missing = starting().hear(candidate(4)).hear({ type: "session.chosen", sessionId: "s-1", epoch: 9 }).happen({ kind: "candidate-missing" });
    expect(missing.sent).toMatchObject([{ type: "session.resume", sessionId: "s-1" }]);
    expect(missing.hear({ type: "session.offer", sessionId: "s-1", epoch: 9, offer }).effects).toEqual([{ do: "open-receiver", epoch: 9, offer }]);
  });

  test("that lead nowhere end it in time", () => {
    expect(starting().hear(candidate(4)).pass(CONNECT_TIMEOUT_MS).pass(VERDICT_MS).state).toMatchObject({ outcome: { reason: "media-unreachable" } });
  });
});

describe("a session that is played elsewhere", () => {
  const refused = (requestId: string): ServerToClient => ({ type: "error", code: "PLAYED_ELSEWHERE", message: "it is played on another device", requestId });
  const held = [{ sessionId: "s-0", titleId: "some-title", untilMs: 9, elsewhere: true }];
  const elsewhere = () => play().happen({ kind: "device-known", device }).happen({ kind: "control-opened", held }).hear(refused("id-1"));

  test("is left alone until the player chooses to go on here", () => {
    const there = elsewhere();
    expect(there.state).toMatchObject({ phase: "elsewhere", sessionId: "s-0" });
    expect(there.effects).toEqual([]);
    expect(wakesAtMs(there.state)).toBe(Infinity);
    expect(there.happen({ kind: "take-over-pressed" }).sent).toEqual([
      { type: "session.resume", requestId: "id-2", sessionId: "s-0", device, takeOver: true },
    ]);
    expect(there.hear(created("id-2")).state.phase).toBe("starting");
  });

  test("and has ended meanwhile, is started afresh", () => {
    const gone = elsewhere().happen({ kind: "take-over-pressed" });
    gone.hear({ type: "error", code: "SESSION_UNKNOWN", message: "gone", requestId: "id-2" });
    expect(gone.sent).toEqual([{ type: "session.request", requestId: "id-3", titleId: "some-title", device }]);
  });

  test("is not left when this page is", () => {
    expect(elsewhere().happen({ kind: "leave-pressed" }).sent).toEqual([]);
  });

  test("because it was taken over from here, may be taken back", () => {
    const taken = playing().hear({ type: "session.ended", sessionId: "s-1", reason: "taken-over" });
    expect(taken.state).toMatchObject({ phase: "elsewhere", sessionId: "s-1" });
    expect(taken.effects).toEqual([{ do: "close-receiver" }]);
    expect(taken.happen({ kind: "take-over-pressed" }).sent).toMatchObject([{ type: "session.resume", sessionId: "s-1", takeOver: true }]);
  });

  test("is asked for when the server is back, if it was away", () => {
    const away = elsewhere().happen({ kind: "control-lost" }).happen({ kind: "take-over-pressed" });
    expect(away.state.phase).toBe("preparing");
    away.happen({ kind: "control-opened", held });
    expect(away.sent).toMatchObject([{ type: "session.resume", sessionId: "s-0" }]);
  });
});

test("after the end nothing happens any more", () => {
  const over = playing().happen({ kind: "leave-pressed" });
  const { state } = over;
  const events: SessionEvent[] = [
    { kind: "media-connected" }, { kind: "control-opened", held: [] }, { kind: "time-passed" },
    { kind: "message", message: created("id-1") }, { kind: "receiver-failed", cause: "player-broken", detail: "late" },
  ];
  for (const event of events) expect(over.happen(event).state).toBe(state);
  expect(wakesAtMs(state)).toBe(Infinity);
});
