import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import { ROUTER_RTP_CAPABILITIES } from "@nearframe/shared/media/router-capabilities";
import { VIDEO_CODECS } from "@nearframe/shared/media/video-codecs";
import { PayloadType } from "@nearframe/shared/media/profile";
import type { Device } from "@nearframe/shared/protocol/client-to-server";
import { Offer } from "@nearframe/shared/protocol/media";
import type { PipelineTraits } from "../../../media/ports.ts";
import { CodecMissingError, type GuestSeatEvents, type RoomOptions, type Seat, type SeatEvents, type Sfu } from "../../ports.ts";
import { SignalError } from "./seat-parts.ts";
import { createMediasoupSfu, SfuStartError } from "./sfu.ts";

const TRAITS: PipelineTraits = {
  rtcpMux: true, stampsExtensions: true, keyframeOnRequest: true, followsTarget: true, marksFrames: true,
  codecs: VIDEO_CODECS, takesOver: true,
};
const ROOM: RoomOptions = { codec: "H264", traits: TRAITS };
const EVENTS: SeatEvents = {
  onInput() {}, onReceipts() {}, onBandwidth() {}, onControl() {}, onProbe() {}, onVoice() {}, onCamera() {}, onConnected() {}, onDisconnected() {},
};
const DEVICE: Device = {
  screen: { width: 1280, height: 720, pixelRatio: 1 },
  touch: false,
  rtpCapabilities: { ...ROUTER_RTP_CAPABILITIES },
};

let scope: Scope;
let sfu: Sfu;

beforeEach(async () => {
  scope = new Scope();
  sfu = await createMediasoupSfu({ addresses: [{ ip: "127.0.0.1" }], port: 0, onWarning() {} }, scope);
});
afterEach(() => scope.close());

describe("a room", () => {
  test("gives a player who has only its own list of capabilities picture, sound and channels", async () => {
    const room = await sfu.createRoom(ROOM, scope);
    const { offer } = await room.openSeat({ device: DEVICE, probed: false, bitrateKbpsMax: 12_000 }, EVENTS, scope);
    expect(Offer.parse(offer)).toBeDefined();
    expect(offer.media.map(({ kind }) => kind).sort()).toEqual(["audio", "video"]);
    expect(offer.data.map(({ label }) => label).sort()).toEqual(["control", "frames"]);
    const { headerExtensions, codecs } = videoOf(offer);
    // Without this one Chrome keeps a jitter buffer.
    expect(headerExtensions.map(({ uri }) => uri)).toContain("http://www.webrtc.org/experiments/rtp-hdrext/playout-delay");
    expect(codecs.map(({ mimeType }) => mimeType)).toEqual(["video/H264", "video/rtx"]);
  });

  test.each(VIDEO_CODECS)("sends %s where that is what its pipeline codes", async (codec) => {
    const room = await sfu.createRoom({ codec, traits: TRAITS }, scope);
    const { offer } = await room.openSeat({ device: DEVICE, probed: false, bitrateKbpsMax: 12_000 }, EVENTS, scope);
    expect(videoOf(offer).codecs.map(({ mimeType }) => mimeType)).toEqual([`video/${codec}`, "video/rtx"]);
    expect(room.video.payloadType).toBe(PayloadType[codec]);
  });

  test("knows from where its pipeline speaks, for the one that takes over", async () => {
    const room = await sfu.createRoom(ROOM, scope);
    const { timestampOffset, ...first } = room.video;
    expect(first).not.toHaveProperty("sourcePort");
    const pipeline = createSocket("udp4").bind(0, "127.0.0.1");
    try {
      await once(pipeline, "listening");
      const packet = Buffer.from("80e600010000000100000000", "hex");
      packet.writeUInt32BE(room.video.ssrc, 8);
      pipeline.send(packet, room.video.port, room.video.ip);
      await expect.poll(() => room.video.sourcePort).toBe(pipeline.address().port);
      await room.interrupt();
      expect(room.video.timestampOffset).toBe(timestampOffset);
    } finally {
      pipeline.close();
    }
  });

  // The list that players use before any offer must say what the real router says.
  test("has a router that knows everything on the player's list, by the same numbers", async () => {
    const room = await sfu.createRoom(ROOM, scope);
    const { offer } = await room.openSeat({ device: DEVICE, probed: false, bitrateKbpsMax: 12_000 }, EVENTS, scope);
    const real = offer.routerRtpCapabilities as unknown as typeof ROUTER_RTP_CAPABILITIES;
    for (const codec of ROUTER_RTP_CAPABILITIES.codecs) {
      expect(real.codecs).toContainEqual(
        expect.objectContaining({ mimeType: codec.mimeType, preferredPayloadType: codec.preferredPayloadType }),
      );
    }
    for (const { kind, uri, preferredId } of ROUTER_RTP_CAPABILITIES.headerExtensions) {
      expect(real.headerExtensions).toContainEqual(expect.objectContaining({ kind, uri, preferredId }));
    }
  });

  test("refuses a player who can't receive its codec, by a sentence", async () => {
    const room = await sfu.createRoom(ROOM, scope);
    const codecs = ROUTER_RTP_CAPABILITIES.codecs.filter(({ kind }) => kind === "audio");
    const deaf: Device = { ...DEVICE, rtpCapabilities: { ...ROUTER_RTP_CAPABILITIES, codecs } };
    await expect(room.openSeat({ device: deaf, probed: false, bitrateKbpsMax: 12_000 }, EVENTS, scope)).rejects.toThrow(CodecMissingError);
  });

  test("answers a call for a transport of another session with a refusal", async () => {
    const room = await sfu.createRoom(ROOM, scope);
    const seat = await room.openSeat({ device: DEVICE, probed: false, bitrateKbpsMax: 12_000 }, EVENTS, scope);
    await expect(seat.signal({ call: "transport.restart-ice", transportId: "somebody-elses" })).rejects.toThrow(SignalError);
    await expect(seat.signal({ call: "transport.restart-ice", transportId: seat.offer.receive.id })).resolves.toMatchObject({
      usernameFragment: expect.any(String) as string,
    });
  });

  // A player could once open channels without end, each a producer and a consumer on the node.
  test("opens each of a player's channels once", async () => {
    const room = await sfu.createRoom({ codec: "H264", traits: TRAITS }, scope);
    const seat = await room.openSeat({ device: DEVICE, probed: false, bitrateKbpsMax: 12_000 }, EVENTS, scope);
    const produce = (label: "input.state" | "control", streamId: number) =>
      seat.signal({ call: "data.produce", transportId: seat.offer.send.id, label, sctpStreamParameters: { streamId, ordered: true } });
    await expect(produce("input.state", 0)).resolves.toMatchObject({ id: expect.any(String) as string });
    await expect(produce("control", 1)).resolves.toBeDefined();
    await expect(produce("input.state", 2)).rejects.toThrow(SignalError);
  });

  test("has a channel for pings only where its path is probed", async () => {
    const room = await sfu.createRoom(ROOM, scope);
    const produce = (seat: Seat) =>
      seat.signal({ call: "data.produce", transportId: seat.offer.send.id, label: "probe", sctpStreamParameters: { streamId: 0, ordered: false, maxRetransmits: 0 } });
    const probed = await room.openSeat({ device: DEVICE, probed: true, bitrateKbpsMax: 12_000 }, EVENTS, scope);
    expect(probed.offer.data).toContainEqual(
      expect.objectContaining({ label: "probe", sctpStreamParameters: expect.objectContaining({ ordered: false }) as object }),
    );
    await expect(produce(probed)).resolves.toBeDefined();
    const plain = await room.openSeat({ device: DEVICE, probed: false, bitrateKbpsMax: 12_000 }, EVENTS, scope);
    expect(plain.offer.data.map(({ label }) => label)).not.toContain("probe");
    await expect(produce(plain)).rejects.toThrow(SignalError);
    plain.sendProbe(Uint8Array.of(1));
  });

  test("takes a camera as VP8 in one size, again when it is taken up again, and nothing else for one", async () => {
    const room = await sfu.createRoom(ROOM, scope);
    const seat = await room.openSeat({ device: DEVICE, probed: false, bitrateKbpsMax: 12_000 }, EVENTS, scope);
    await expect(seat.signal(camera(seat))).resolves.toMatchObject({ id: expect.any(String) as string });
    await expect(seat.signal(camera(seat, { mid: "2", encodings: [{ ssrc: 2 }] }))).resolves.toMatchObject({ id: expect.any(String) as string });
    await expect(seat.signal(camera(seat, { mid: "3", encodings: [{ ssrc: 3 }, { ssrc: 4 }] }))).rejects.toThrow(SignalError);
    const h264 = { mimeType: "video/H264", payloadType: 98, clockRate: 90_000, parameters: { "packetization-mode": 1, "profile-level-id": "42e01f" } };
    await expect(seat.signal(camera(seat, { mid: "4", codecs: [h264] }))).rejects.toThrow(SignalError);
    await expect(seat.signal({ call: "media.produce", transportId: seat.offer.send.id, source: "camera", rtpParameters: {} })).rejects.toThrow(SignalError);
  });

  test("frees its ports when its scope closes, and can be closed as it opens", async () => {
    const roomScope = new Scope();
    const room = await sfu.createRoom(ROOM, roomScope);
    const { port } = room.video;
    expect(await portIsTaken(port)).toBe(true);
    await roomScope.close();
    await expect.poll(() => portIsTaken(port)).toBe(false);

    const early = new Scope();
    const opening = sfu.createRoom(ROOM, early);
    await early.close();
    await expect(opening).rejects.toBeDefined();
  });
});

describe("a guest's seat", () => {
  const GUEST_EVENTS: GuestSeatEvents = { onInput() {}, onControl() {}, onConnected() {}, onDisconnected() {} };
  const produce = (seat: Pick<Seat, "signal" | "offer">, label: "input.state" | "receipts" | "control", streamId = 0) =>
    seat.signal({ call: "data.produce", transportId: seat.offer.send.id, label, sctpStreamParameters: { streamId, ordered: true } });

  test("that watches has picture and sound, and no way in for input or receipts", async () => {
    const room = await sfu.createRoom(ROOM, scope);
    const seat = await room.openGuestSeat({ device: DEVICE, role: "watch" }, GUEST_EVENTS, scope);
    expect(Offer.parse(seat.offer)).toBeDefined();
    expect(seat.offer.media.map(({ kind }) => kind).sort()).toEqual(["audio", "video"]);
    expect(seat.offer.data.map(({ label }) => label)).toEqual(["control"]);
    await expect(produce(seat, "input.state")).rejects.toThrow(SignalError);
    await expect(produce(seat, "receipts")).rejects.toThrow(SignalError);
    await expect(produce(seat, "control")).resolves.toBeDefined();
    expect(videoOf(seat.offer).headerExtensions.map(({ uri }) => uri)).toContain("http://www.webrtc.org/experiments/rtp-hdrext/playout-delay");
  });

  test("sends neither microphone nor camera", async () => {
    const room = await sfu.createRoom(ROOM, scope);
    const seat = await room.openGuestSeat({ device: DEVICE, role: "co-op" }, GUEST_EVENTS, scope);
    await expect(seat.signal(camera(seat))).rejects.toThrow(SignalError);
    await expect(seat.signal({ ...camera(seat), source: "microphone" })).rejects.toThrow(SignalError);
  });

  test("that is a controller has channels and no media, whatever its browser decodes", async () => {
    const room = await sfu.createRoom(ROOM, scope);
    const codecs = ROUTER_RTP_CAPABILITIES.codecs.filter(({ kind }) => kind === "audio");
    const deaf: Device = { ...DEVICE, rtpCapabilities: { ...ROUTER_RTP_CAPABILITIES, codecs } };
    const seat = await room.openGuestSeat({ device: deaf, role: "controller" }, GUEST_EVENTS, scope);
    expect(seat.offer.media).toEqual([]);
    await expect(produce(seat, "input.state")).resolves.toBeDefined();
    await expect(room.openGuestSeat({ device: deaf, role: "watch" }, GUEST_EVENTS, scope)).rejects.toThrow(CodecMissingError);
  });

  test("shows what the pipeline sends, of which there is one copy for all guests", async () => {
    const room = await sfu.createRoom(ROOM, scope);
    const player = await room.openSeat({ device: DEVICE, probed: false, bitrateKbpsMax: 12_000 }, EVENTS, scope);
    const guests = await Promise.all(
      ["watch", "co-op", "watch"].map((role) => room.openGuestSeat({ device: DEVICE, role: role as "watch" }, GUEST_EVENTS, scope)),
    );
    const pictureOf = ({ offer }: Pick<Seat, "offer">) => offer.media.find(({ kind }) => kind === "video")?.producerId;
    const mirrors = new Set(guests.map(pictureOf));
    expect(mirrors.size).toBe(1);
    expect(mirrors.has(pictureOf(player))).toBe(false);
  });
});

describe("the media server", () => {
  test("that dies says so", async () => {
    const children = (await readFile(`/proc/${process.pid}/task/${process.pid}/children`, "utf8")).trim().split(" ").map(Number);
    for (const pid of children) {
      const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      if (command.includes("mediasoup-worker")) process.kill(pid, "SIGKILL");
    }
    await expect(sfu.closed).resolves.toMatch(/died/);
  });

  test("whose port is taken says which, and what to set", async () => {
    const taken = createSocket("udp4").bind(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address();
    try {
      const second = createMediasoupSfu({ addresses: [{ ip: "127.0.0.1" }], port, onWarning() {} }, scope);
      await expect(second).rejects.toThrow(SfuStartError);
      await expect(second).rejects.toThrow(new RegExp(`${port}.*NEARFRAME_MEDIA_PORT`));
    } finally {
      taken.close();
    }
  });
});

type VideoParameters = { headerExtensions: { uri: string }[]; codecs: { mimeType: string }[] };

function videoOf(offer: Offer): VideoParameters {
  const video = offer.media.find(({ kind }) => kind === "video");
  if (!video) throw new Error("an offer without a picture");
  return video.rtpParameters as VideoParameters;
}

function camera({ offer }: Pick<Seat, "offer">, change: object = {}) {
  const rtpParameters = {
    mid: "1", codecs: [{ mimeType: "video/VP8", payloadType: 96, clockRate: 90_000 }], headerExtensions: [], encodings: [{ ssrc: 1 }], rtcp: { cname: "camera" },
    ...change,
  };
  return { call: "media.produce", transportId: offer.send.id, source: "camera", rtpParameters } as const;
}

async function portIsTaken(port: number): Promise<boolean> {
  const socket = createSocket("udp4");
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind(port, "127.0.0.1", resolve);
    });
    return false;
  } catch {
    return true;
  } finally {
    socket.close();
  }
}
