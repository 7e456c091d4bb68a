// The mirror on a real router: what guests ask of it must end here, or a viewer's bad network would
// cost the player keyframes; and nobody's packets pass this process while nobody watches.

import { createSocket } from "node:dgram";
import { once } from "node:events";
import * as mediasoup from "mediasoup";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import { PayloadType, VIDEO_CLOCK_RATE } from "@nearframe/shared/media/profile";
import { ROUTER_CODECS } from "@nearframe/shared/media/router-codecs";
import { asksForKeyframe } from "../../../media/rtp/rtcp.ts";
import { createMirror, shareMirror } from "./mirror.ts";

const SSRC = 0x0f00_0001;
const LOOPBACK = "127.0.0.1";
const LISTEN = { listenInfo: { protocol: "udp", ip: LOOPBACK }, rtcpMux: true } as const;
/** A VP8 descriptor, and the smallest frame that all can begin with. */
const KEYFRAME = [0x10, 0x10, 0, 0, 0x9d, 0x01, 0x2a, 0, 5, 0xd0, 2, 0, 0];

let scope: Scope;
beforeEach(() => {
  scope = new Scope();
});
afterEach(() => scope.close());

/** A router with the picture of a pipeline that is here, and sends a keyframe whenever something is waited for. */
async function openPicture() {
  const worker = scope.own(await mediasoup.createWorker({ logLevel: "error" }), (worker) => worker.close());
  const router = await worker.createRouter({ mediaCodecs: [...ROUTER_CODECS] });
  const source = await router.createPlainTransport({ ...LISTEN, comedia: true });
  const picture = await source.produce({
    kind: "video",
    rtpParameters: {
      codecs: [{ mimeType: "video/VP8", clockRate: VIDEO_CLOCK_RATE, payloadType: PayloadType.VP8, rtcpFeedback: [{ type: "nack", parameter: "pli" }] }],
      encodings: [{ ssrc: SSRC }],
    },
  });
  const pipeline = await openSocket();
  let asked = 0;
  pipeline.on("message", (packet) => {
    if (asksForKeyframe(packet, SSRC)) asked++;
  });
  let sequence = 0;
  const sendKeyframe = () => {
    const header = Buffer.from([0x80, 0x80 | PayloadType.VP8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    header.writeUInt16BE(++sequence, 2);
    header.writeUInt32BE(sequence * 3_000, 4);
    header.writeUInt32BE(SSRC, 8);
    pipeline.send(Buffer.concat([header, Buffer.from(KEYFRAME)]), source.tuple.localPort, LOOPBACK);
  };
  const come = (count: () => number | Promise<number>, more = 0) =>
    expect
      .poll(async () => {
        sendKeyframe();
        return count();
      }, { timeout: 5_000 })
      .toBeGreaterThan(more);
  await come(() => packetsOf(picture));
  return { router, picture, come, asked: () => asked };
}

async function openSocket() {
  const socket = scope.own(createSocket("udp4").bind(0, LOOPBACK), (socket) => void socket.close());
  await once(socket, "listening");
  return socket;
}

async function packetsOf(producer: mediasoup.types.Producer): Promise<number> {
  return (await producer.getStats()).reduce((sum, { packetCount }) => sum + packetCount, 0);
}

test("the picture passes, and a guest's wish for a keyframe is told and goes no further", async () => {
  const { router, picture, come, asked } = await openPicture();
  let wishes = 0;
  const mirror = await createMirror(router, picture, () => wishes++, scope);
  // What the mirror itself begins with is asked of the pipeline: asking does get there.
  await come(asked);
  await come(() => packetsOf(mirror), 1);

  const before = asked();
  const screen = await openSocket();
  let seen = 0;
  screen.on("message", () => seen++);
  const way = await router.createPlainTransport(LISTEN);
  await way.connect({ ip: LOOPBACK, port: screen.address().port });
  const guest = await way.consume({ producerId: mirror.id, rtpCapabilities: router.rtpCapabilities });
  await come(() => wishes);
  await come(() => seen);
  const told = wishes;
  await guest.requestKeyFrame();
  await come(() => wishes, told);
  // The worker has taken and told of a packet since: what it asked of the pipeline has come by now.
  await come(() => packetsOf(mirror), await packetsOf(mirror));
  expect(asked()).toBe(before);
});

test("nothing is taken from the picture before the first guest, nor after the last", async () => {
  const { router, picture } = await openPicture();
  const takers = async () => (await router.dump()).mapProducerIdConsumerIds.find(({ key }) => key === picture.id)?.values.length ?? 0;
  const mirrored = shareMirror((mirrorScope) => createMirror(router, picture, () => {}, mirrorScope), scope);
  expect(await takers()).toBe(0);
  const seats = [scope.child(), scope.child()] as const;
  const [mirror] = await Promise.all(seats.map(mirrored));
  expect(await takers()).toBe(1);
  await seats[0].close();
  expect([mirror?.closed, await takers()]).toEqual([false, 1]);
  await seats[1].close();
  await expect.poll(takers).toBe(0);
  expect(mirror?.closed).toBe(true);
});
