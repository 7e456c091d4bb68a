// Each codec over the whole way of a play in it: the node's encoder, packets and media server; a device that has
// that codec alone, the checker's own WebRTC path, and its eyes.

import { createSocket } from "node:dgram";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { openPath } from "@nearframe/checker/path/adapters/werift/open-path";
import { commonPhone } from "@nearframe/checker/play/phone";
import type { Senses } from "@nearframe/checker/play/play-title";
import { openSenses } from "@nearframe/checker/play/senses";
import { openEncoders } from "@nearframe/edge-node/media/encode/encoders";
import { KNOWN_ENCODERS, type VideoEncoderName } from "@nearframe/edge-node/media/encode/known-encoders";
import type { RtpTarget } from "@nearframe/edge-node/media/ports";
import { PACKETISERS } from "@nearframe/edge-node/media/rtp/packetisers";
import { createMediasoupSfu } from "@nearframe/edge-node/sfu/adapters/mediasoup/sfu";
import { Scope } from "@nearframe/shared/lifetime";
import { VIDEO_CODECS } from "@nearframe/shared/media/video-codecs";
import type { SessionTitle } from "@nearframe/shared/protocol/server-to-client";
import { drawCard, paint, SIZE } from "./card-film.ts";

const PAYLOAD_BYTES_MAX = 1_100;
const PICTURES = 3;
const TITLE: SessionTitle = { id: "test-card", name: "Test card", size: SIZE, fps: 60, input: { keyboard: true, pointer: "none", touch: false } };
const scene = paint(7);

test.each<VideoEncoderName>(["x264", "vpx-vp8", "svt-av1"])("a device for one codec is shown what %s codes", { timeout: 60_000 }, async (name) => {
  await using scope = new Scope();
  const { codec } = KNOWN_ENCODERS[name];
  const sfu = await createMediasoupSfu({ addresses: [{ ip: "127.0.0.1" }], port: 0, onWarning() {} }, scope);
  const traits = { rtcpMux: true, stampsExtensions: true, keyframeOnRequest: true, followsTarget: true, marksFrames: true, codecs: VIDEO_CODECS, takesOver: true };
  const room = await sfu.createRoom({ codec, traits }, scope);
  const seat = await room.openSeat({ device: commonPhone(codec), probed: false, bitrateKbpsMax: 8_000 }, {
    onInput() {}, onReceipts() {}, onBandwidth() {}, onProbe() {}, onVoice() {}, onCamera() {}, onConnected() {}, onDisconnected() {}, onControl() {},
  }, scope);
  const read: (number | undefined)[] = [];
  const senses: Senses = openSenses(TITLE, { onPicture: ({ frame }) => void read.push(frame), onSound() {}, onBroken() {} }, scope);
  await openPath(seat.offer, (signal) => seat.signal(signal), {
    onWirePacket() {}, onFrameMark() {}, onProbe() {}, onLost() {}, onControl() {},
    onRtp: (packet) => void (packet.kind === "video" && packet.payload.length > 0 && senses.see(packet, performance.now())),
  }, scope);

  const encoder = openEncoders([name], { size: SIZE, fps: 60, bitrateKbps: 6_000, onNotice() {} }, scope);
  const send = await openSender(room.video, scope);
  // Each a keyframe: which of them comes first depends on when the media server has heard of the seat.
  for (let frame = 1; read.length < PICTURES; frame += 1) {
    const pixels = drawCard(scene, 7, frame);
    encoder.load({ data: Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength), strideBytes: SIZE.width * 4 });
    const payloads = PACKETISERS[codec](encoder.encode(frame * 1_500, { keyframe: true }), PAYLOAD_BYTES_MAX).map((parts) => Buffer.concat(parts));
    for (const [index, payload] of payloads.entries()) send(payload, frame * 1_500, index === payloads.length - 1);
    await wait(20);
  }
  expect(read.every((frame) => frame !== undefined && frame > 0)).toBe(true);
});

/** RTP with nothing but what it can't be without. */
async function openSender({ ip, port, ssrc, payloadType }: RtpTarget, scope: Scope) {
  const socket = scope.own(createSocket("udp4"), (socket) => void socket.close());
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  let sequence = 0;
  return (payload: Buffer, timestamp: number, last: boolean): void => {
    const header = Buffer.alloc(12);
    header.writeUInt16BE((2 << 14) | (last ? 0x80 : 0) | payloadType, 0);
    header.writeUInt16BE((sequence++) % 65_536, 2);
    header.writeUInt32BE(timestamp, 4);
    header.writeUInt32BE(ssrc, 8);
    socket.send(Buffer.concat([header, payload]), port, ip);
  };
}
