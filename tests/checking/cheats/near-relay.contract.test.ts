// Who answers: the media port, or somebody behind it. The node's own media server and a checker's own path; the
// session's answers come from here, at once or from some way off.

import { setTimeout as wait } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { openPath } from "@nearframe/checker/path/adapters/werift/open-path";
import { commonPhone } from "@nearframe/checker/play/phone";
import { createMediasoupSfu } from "@nearframe/edge-node/sfu/adapters/mediasoup/sfu";
import type { Seat } from "@nearframe/edge-node/sfu/ports";
import { LIMITS } from "@nearframe/shared/checking/criteria";
import { Scope } from "@nearframe/shared/lifetime";
import { Channel } from "@nearframe/shared/media/profile";
import { VIDEO_CODECS } from "@nearframe/shared/media/video-codecs";
import { NodeToPlayer, PlayerToNode } from "@nearframe/shared/protocol/session-control";

const TRIPS = 6;
const scope = new Scope();
afterAll(() => scope.close());

/** The shortest of some bindings and of some pings, in ms; `farMs`: from the media port to the session, there and back. */
async function measure(farMs: number): Promise<{ bindingMs: number; answerMs: number }> {
  const sfu = await createMediasoupSfu({ addresses: [{ ip: "127.0.0.1" }], port: 0, onWarning() {} }, scope);
  const traits = { rtcpMux: true, stampsExtensions: true, keyframeOnRequest: true, followsTarget: true, marksFrames: true, codecs: VIDEO_CODECS, takesOver: true };
  const room = await sfu.createRoom({ codec: "H264", traits }, scope);
  const seat: Seat = await room.openSeat({ device: commonPhone(), probed: false, bitrateKbpsMax: 8_000 }, {
    onInput() {}, onReceipts() {}, onBandwidth() {}, onProbe() {}, onVoice() {}, onCamera() {}, onConnected() {}, onDisconnected() {},
    onControl(text) {
      const said = PlayerToNode.parse(JSON.parse(text));
      if (said.type !== "ping") return;
      const answer = () => seat.sendControl({ type: "pong", id: said.id, sentAtMs: said.sentAtMs, nodeAtMs: 0 });
      if (farMs === 0) answer();
      else scope.own(setTimeout(answer, farMs), clearTimeout);
    },
  }, scope);
  const pongs = new Map<number, () => void>();
  const path = await openPath(seat.offer, (signal) => seat.signal(signal), {
    onWirePacket() {}, onRtp() {}, onFrameMark() {}, onProbe() {}, onLost() {},
    onControl(text) {
      const said = NodeToPlayer.parse(JSON.parse(text));
      if (said.type === "pong") pongs.get(said.id)?.();
    },
  }, scope);
  await path.openChannels([Channel.control]);
  let [bindingMs, answerMs] = [Infinity, Infinity];
  for (let id = 1; id <= TRIPS; ) {
    bindingMs = Math.min(bindingMs, (await path.bindingMs()) ?? Infinity);
    const sentAtMs = performance.now();
    const answered = new Promise<void>((resolve) => pongs.set(id, resolve));
    // Until the channel is open nothing leaves.
    if (!path.send(Channel.control, JSON.stringify({ type: "ping", id, sentAtMs }))) {
      await wait(10);
      continue;
    }
    await answered;
    answerMs = Math.min(answerMs, performance.now() - sentAtMs);
    id += 1;
  }
  return { bindingMs, answerMs };
}

test("a session on the machine of the media port answers about as soon as the port does", async () => {
  const { bindingMs, answerMs } = await measure(0);
  // How soon, docs/cheats.md says: a busy machine may take its time.
  expect(bindingMs).toBeLessThan(Infinity);
  expect(answerMs).toBeLessThan(Infinity);
});

test("one that is elsewhere answers later than the way to the port explains", async () => {
  const { bindingMs, answerMs } = await measure(80);
  expect(answerMs).toBeGreaterThan(bindingMs + LIMITS.answerOverBindingMs);
});
