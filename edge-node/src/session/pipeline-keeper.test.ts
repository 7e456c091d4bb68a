import { expect, test } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import type { CreatePipeline, PipelineEvents, PipelineOptions, RtpTarget, VideoTarget } from "../media/ports.ts";
import { keepPipeline } from "./pipeline-keeper.ts";
import { RESTARTS_MAX, WINDOW_MS } from "./pipeline-restarts.ts";

const RTP: RtpTarget = { ip: "127.0.0.1", port: 5000, rtcpPort: 5000, ssrc: 1, payloadType: 102, extensions: {} };

type Started = {
  options: PipelineOptions;
  events: PipelineEvents;
  targets: VideoTarget[];
  fail(why: string): Promise<void>;
};

/** A keeper over pipelines that do nothing, and fail when they are told to. */
async function createRig({ takesOver = true, refuse = () => false as boolean } = {}) {
  const session = new Scope();
  const scope = session.child();
  const [started, log, failed]: [Started[], string[], Error[]] = [[], [], []];
  const state = { nowMs: 0, interrupts: 0 };
  const createPipeline: CreatePipeline = async (options, events) => {
    if (refuse()) throw new Error("no room for a pipeline");
    const closed = Promise.withResolvers<Error | undefined>();
    const targets: VideoTarget[] = [];
    const fail = async (why: string) => {
      closed.resolve(new Error(why));
      await settled();
    };
    started.push({ options, events, targets, fail });
    return { requestKeyframe() {}, showNonce() {}, setTarget: (target) => void targets.push(target), closed: closed.promise };
  };
  const keeper = await keepPipeline(
    {
      createPipeline,
      traits: {
        rtcpMux: true, stampsExtensions: true, keyframeOnRequest: true, followsTarget: true, marksFrames: true,
        codecs: ["H264"], takesOver,
      },
      room: {
        get video() {
          return state.interrupts === 0 ? RTP : { ...RTP, sourcePort: 7000 };
        },
        audio: RTP,
        async interrupt() {
          state.interrupts++;
        },
        openSeat: () => Promise.reject(new Error("not asked for here")),
        openGuestSeat: () => Promise.reject(new Error("not asked for here")),
        onGuestKeyframeWanted() {},
      },
      nowMs: () => state.nowMs,
      log: (detail) => void log.push(detail),
      ends: session.signal,
    },
    {
      display: { name: ":1", environment: {}, framebufferPath: undefined },
      size: { width: 640, height: 360 },
      fps: 60,
      bitrateKbps: 3000,
      inputMarkPath: undefined,
      monitorSocketPath: "/monitor",
      encoders: ["nvenc-h264", "x264"],
    },
    { onFirstPicture() {}, onFrame() {}, onFailed: (error) => void failed.push(error) },
    scope,
  );
  return { keeper, session, scope, started, log, failed, state };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test("none takes over in a session that ends, though its display goes first", async () => {
  const { session, started, log, failed } = await createRig();
  // The display is newer than the room that the pipeline hangs on, so it is closed before.
  session.own("display", () => started[0]?.fail("The X server of display :1 hung up."));
  await session.close();
  await settled();
  expect([started.length, log, failed]).toEqual([1, [], []]);
});

test("another takes over from the same place, at the rate that was set, with the next encoder", async () => {
  const { keeper, started, failed } = await createRig();
  const target = { bitrateKbps: 1200, fps: 30, size: { width: 320, height: 180 } };
  keeper.setTarget(target);
  await started[0]?.fail("the driver crashed");
  expect(started).toHaveLength(2);
  expect(started[1]?.options).toMatchObject({ bitrateKbps: 1200, video: { sourcePort: 7000 }, encoders: ["x264", "nvenc-h264"] });
  expect(started[1]?.targets).toEqual([target]);
  keeper.setTarget({ bitrateKbps: 900, fps: 30 });
  expect(started[1]?.targets).toHaveLength(2);
  expect(failed).toEqual([]);
});

test("the encoder that it failed with is the one that had taken over within it", async () => {
  const { started } = await createRig();
  started[0]?.events.onEncoder?.("x264");
  await started[0]?.fail("no memory");
  expect(started[1]?.options.encoders).toEqual(["nvenc-h264", "x264"]);
});

test("one that fails again and again fails for good, once and with its last reason", async () => {
  const { started, failed } = await createRig();
  for (let count = 0; count <= RESTARTS_MAX; count++) await started[count]?.fail(`crash ${count}`);
  expect(started).toHaveLength(1 + RESTARTS_MAX);
  expect(failed.map(({ message }) => message)).toEqual([`crash ${RESTARTS_MAX}`]);
});

test("failures of long ago are forgotten", async () => {
  const { started, failed, state } = await createRig();
  for (let count = 0; count < 20; count++) {
    state.nowMs += WINDOW_MS / RESTARTS_MAX;
    await started[count]?.fail("crash");
  }
  expect(failed).toEqual([]);
});

test("one that does not start counts as a failure too", async () => {
  let refusals = 0;
  const { started, failed, log } = await createRig({ refuse: () => refusals-- > 0 });
  refusals = 2;
  await started[0]?.fail("crash");
  await settled();
  expect(started).toHaveLength(2);
  expect(log).toHaveLength(3);
  refusals = 10;
  await started[1]?.fail("crash");
  await settled();
  expect(failed).toHaveLength(1);
});

test("a pipeline that can't be taken over ends at once", async () => {
  const { started, failed } = await createRig({ takesOver: false });
  await started[0]?.fail("crash");
  expect(started).toHaveLength(1);
  expect(failed).toHaveLength(1);
});

test("nothing is started when the session has ended", async () => {
  const { started, failed, scope } = await createRig();
  await scope.close();
  await started[0]?.fail("the display is gone");
  expect([started.length, failed.length]).toEqual([1, 0]);
});

test("the first one's failure to start is its owner's to handle", async () => {
  await expect(createRig({ refuse: () => true })).rejects.toThrow("no room for a pipeline");
});
