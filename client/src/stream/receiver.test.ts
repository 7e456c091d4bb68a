import { Scope } from "@nearframe/shared/lifetime";
import type { Offer, SignalCall } from "@nearframe/shared/protocol/media";
import { Device } from "mediasoup-client";
import * as fakes from "mediasoup-client/fakeParameters";
import { FakeHandler } from "mediasoup-client/handlers/FakeHandler";
import type { ConnectionState, DataProducer, Transport } from "mediasoup-client/types";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openPath, type PathEvents } from "./receiver.ts";

// mediasoup-client's own handler that opens no connection: everything else is the real library.

let scope: Scope;
let device: Device;
let transports: Transport[];
beforeEach(async () => {
  scope = new Scope();
  transports = [];
  device = new Device({ handlerFactory: FakeHandler.createFactory(fakes) });
  await device.load({ routerRtpCapabilities: fakes.generateRouterRtpCapabilities() });
  device.observer.on("newtransport", (transport) => transports.push(transport));
});
afterEach(() => scope.close());

function fakeOffer(): Offer {
  const transport = (id: string) => ({ ...fakes.generateTransportRemoteParameters(), id });
  const consumer = (codecMimeType: string) => fakes.generateConsumerRemoteParameters({ codecMimeType });
  const data = (label: string) => ({ ...fakes.generateDataConsumerRemoteParameters({ id: label }), label, protocol: "" });
  return {
    routerRtpCapabilities: {},
    receive: transport("receive-1"),
    send: transport("send-1"),
    media: [consumer("audio/opus"), consumer("video/VP8")],
    data: [data("frames"), data("control")],
  } as unknown as Offer;
}

async function setUp(call: (signal: SignalCall) => Promise<Record<string, unknown>> = async () => ({ id: "p-1" })) {
  const calls: SignalCall[] = [];
  const events = {
    onTrack: vi.fn<PathEvents["onTrack"]>(), onConnected: vi.fn(), onDisconnected: vi.fn(),
    onFrameMark: vi.fn<PathEvents["onFrameMark"]>(), onControl: vi.fn<PathEvents["onControl"]>(),
    onProbeOpen: vi.fn<PathEvents["onProbeOpen"]>(), onProbe: vi.fn<PathEvents["onProbe"]>(),
  };
  const path = openPath(
    scope, fakeOffer(),
    { device, call: (signal) => (calls.push(signal), call(signal)) },
    events,
  );
  const [receiver] = await Promise.all([path.open(), path.ready]);
  const state = (index: number, connectionState: ConnectionState) =>
    (transports[index]!.handler as unknown as FakeHandler).setConnectionState(connectionState);
  return { receiver, calls, events, state };
}

test("takes both tracks, and asks the node for both transports and the four channels", async () => {
  const { calls, events } = await setUp();
  expect(events.onTrack.mock.calls.map(([track]) => track.kind).sort()).toEqual(["audio", "video"]);
  expect(calls.flatMap((call) => (call.call === "transport.connect" ? [call.transportId] : [])).sort()).toEqual(["receive-1", "send-1"]);
  const produced = calls.flatMap((call) => (call.call === "data.produce" ? [call] : []));
  expect(produced.map(({ label }) => label)).toEqual(["input.state", "input.edges", "control", "receipts"]);
});

test("what may be lost is sent once and unordered, what may not is ordered", async () => {
  const { calls } = await setUp();
  const reliable = calls.flatMap((call) =>
    call.call === "data.produce" ? [[call.label, call.sctpStreamParameters["ordered"], call.sctpStreamParameters["maxRetransmits"]]] : [],
  );
  expect(reliable).toEqual([
    ["input.state", false, 0],
    ["input.edges", true, undefined],
    ["control", true, undefined],
    ["receipts", false, 0],
  ]);
});

test("is connected when both ways are, and disconnected when either is not", async () => {
  const { events, state } = await setUp();
  state(0, "connected");
  expect(events.onConnected).not.toHaveBeenCalled();
  state(1, "connected");
  expect(events.onConnected).toHaveBeenCalledTimes(1);
  state(0, "disconnected");
  state(1, "failed");
  expect(events.onDisconnected).toHaveBeenCalledTimes(1);
  state(1, "connected");
  state(0, "connected");
  expect(events.onConnected).toHaveBeenCalledTimes(2);
});

test("a camera is sent as VP8 in one size, and the node is told which device it is", async () => {
  const { receiver, calls } = await setUp();
  calls.length = 0;
  const track = { id: "t-1", kind: "video", readyState: "live", enabled: true, addEventListener() {}, removeEventListener() {}, getSettings: () => ({ width: 1280, height: 720 }) };
  const sent = await receiver.sendCamera(track as unknown as MediaStreamTrack);
  const [call] = calls;
  expect(call).toMatchObject({ call: "media.produce", source: "camera", transportId: "send-1" });
  const { codecs, encodings } = (call as unknown as { rtpParameters: { codecs: { mimeType: string }[]; encodings: object[] } }).rtpParameters;
  expect(codecs.map(({ mimeType }) => mimeType)).toEqual(["video/VP8", "video/rtx"]);
  expect(encodings).toEqual([expect.objectContaining({ maxBitrate: 500_000, scaleResolutionDownBy: 2 })]);
  sent.close();
});

test("a restart asks the node for each transport", async () => {
  const { receiver, calls } = await setUp();
  calls.length = 0;
  await receiver.restartIce();
  expect(calls).toEqual([
    { call: "transport.restart-ice", transportId: "receive-1" },
    { call: "transport.restart-ice", transportId: "send-1" },
  ]);
});

test("a node that refuses makes the whole fail with its words", async () => {
  const refused = setUp(async (signal) => {
    if (signal.call === "data.produce" && signal.label === "control") throw new Error("no such transport");
    return { id: "p-1" };
  });
  await expect(refused).rejects.toThrow("no such transport");
});

// A path is the session's before its channels are open; what was said at once, as what the player gives, was lost.
test("words to the node that are said before their channel is open leave when it opens, in order", async () => {
  const producers: DataProducer[] = [];
  device.observer.on("newtransport", ({ observer }) => observer.on("newdataproducer", (producer) => producers.push(producer)));
  const { receiver } = await setUp();
  const { control, receipts } = receiver.channels;
  expect([control.send("one"), control.send("two"), receipts.send("old news")]).toEqual([true, true, false]);
  const sent: unknown[] = [];
  for (const producer of producers) {
    const { _dataChannel: channel } = producer as unknown as { _dataChannel: { _readyState: string; send(data: unknown): void; dispatchEvent(event: object): void } };
    channel.send = (data) => void sent.push(data);
    channel._readyState = "open";
    channel.dispatchEvent({ type: "open" });
  }
  control.send("three");
  expect(sent).toEqual(["one", "two", "three"]);
});

test("closing closes both transports, and nothing is heard after it", async () => {
  const { receiver, events, state } = await setUp();
  await scope.close();
  expect(transports.map(({ closed }) => closed)).toEqual([true, true]);
  expect(receiver.channels.inputState.send("late")).toBe(false);
  expect(receiver.channels.inputState.bufferedBytes).toBe(0);
  state(0, "connected");
  state(1, "connected");
  expect(events.onConnected).not.toHaveBeenCalled();
});

test("tells the node all that it has to know at once, and is ready when that has answered", async () => {
  const answers: (() => void)[] = [];
  const calls: string[] = [];
  const path = openPath(
    scope, fakeOffer(),
    {
      device,
      call: (signal) =>
        new Promise((resolve) => {
          calls.push(signal.call === "data.produce" ? signal.label : "transportId" in signal ? signal.transportId : signal.call);
          answers.push(() => resolve({}));
        }),
    },
    { onTrack() {}, onConnected() {}, onDisconnected() {}, onFrameMark() {}, onControl() {}, onProbeOpen() {}, onProbe() {} },
  );
  let opened = false;
  const opening = Promise.all([path.open(), path.ready]).then(() => (opened = true));
  await vi.waitFor(() => expect(calls).toHaveLength(6));
  expect(opened).toBe(false);
  for (const answer of answers) answer();
  await opening;
});
