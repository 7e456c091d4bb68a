// Runs in every document of a web title that takes a camera, before the page's own scripts: the player's
// camera, where a browser on the player's device would have it. Frames come coded (VP8) through
// `nearframeTakeFrame`, and are decoded here; `nearframeCamera` is the way to the node (../camera.ts).
// Whether the player gives it is the browser's own permission, which the node sets.

const { mediaDevices, permissions } = navigator;
const tell = globalThis.nearframeCamera;
delete globalThis.nearframeCamera;

// Half a second. Who is further behind goes on with a keyframe.
const DECODING_MAX = 8;
const DEVICE_ID = "nearframe-camera";
const ask = { getUserMedia: mediaDevices?.getUserMedia, enumerateDevices: mediaDevices?.enumerateDevices };

/** Of the tracks that the page has. */
const outputs = new Set();
let decoder;

function show(frame) {
  for (const output of outputs) output.show(frame);
  frame.close();
}

function takeFrame(keyframe, data) {
  if (outputs.size === 0 || (!decoder && !keyframe)) return;
  if (decoder?.decodeQueueSize > DECODING_MAX) return lose();
  decoder ??= openDecoder();
  const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  decoder.decode(new EncodedVideoChunk({ type: keyframe ? "key" : "delta", timestamp: Math.round(performance.now() * 1000), data: bytes }));
}

function openDecoder() {
  const fresh = new VideoDecoder({ output: show, error: () => decoder === fresh && lose() });
  fresh.configure({ codec: "vp8", optimizeForLatency: true });
  return fresh;
}

function closeDecoder() {
  if (decoder && decoder.state !== "closed") decoder.close();
  decoder = undefined;
}

function lose() {
  closeDecoder();
  tell("lost");
}

async function openTrack() {
  const permission = await permissions.query({ name: "camera" });
  if (permission.state !== "granted") throw new DOMException("Permission denied", "NotAllowedError");
  const track = new MediaStreamTrackGenerator({ kind: "video" });
  const writer = track.writable.getWriter();
  const output = {
    // What would wait is old when its turn comes.
    show(frame) {
      if (!(writer.desiredSize > 0)) return;
      const mine = frame.clone();
      writer.write(mine).catch(() => {
        mine.close();
        end();
      });
    },
  };
  function end() {
    if (!outputs.delete(output)) return;
    permission.removeEventListener("change", follow);
    // Ends the track, as a device does that is unplugged.
    writer.close().catch(() => {});
    if (outputs.size > 0) return;
    closeDecoder();
    tell("closed");
  }
  function follow() {
    if (permission.state !== "granted") end();
  }
  permission.addEventListener("change", follow);
  // The page stops it.
  writer.closed.then(end, end);
  outputs.add(output);
  tell("open");
  return track;
}

/** What the page asks of the picture: a device of another name there is not. */
function refuseOther(constraints) {
  const exact = typeof constraints === "object" ? constraints.deviceId?.exact : undefined;
  if (exact !== undefined && ![exact].flat().includes(DEVICE_ID)) throw new OverconstrainedError("deviceId", "there is one camera");
}

async function getUserMedia(constraints) {
  if (!constraints?.video) return ask.getUserMedia.call(this, constraints);
  refuseOther(constraints.video);
  // The voice first: without it the camera is not to be opened.
  const sound = constraints.audio ? await ask.getUserMedia.call(this, { audio: constraints.audio }) : undefined;
  try {
    return new MediaStream([await openTrack(), ...(sound?.getTracks() ?? [])]);
  } catch (error) {
    sound?.getTracks().forEach((each) => each.stop());
    throw error;
  }
}

async function enumerateDevices() {
  const [others, { state }] = await Promise.all([ask.enumerateDevices.call(this), permissions.query({ name: "camera" })]);
  // As browsers do, without a name until it is given.
  const known = state === "granted";
  const facts = { deviceId: known ? DEVICE_ID : "", groupId: "", kind: "videoinput", label: known ? "Camera" : "" };
  const camera = Object.create(InputDeviceInfo.prototype, Object.getOwnPropertyDescriptors({ ...facts, toJSON: () => facts, getCapabilities: () => ({}) }));
  return [...others.filter(({ kind }) => kind !== "videoinput"), camera];
}

// Without them, as in a page that is not secure, there are no devices at all.
if (mediaDevices && tell) {
  Object.defineProperty(globalThis, "nearframeTakeFrame", { value: takeFrame, configurable: true });
  Object.assign(MediaDevices.prototype, { getUserMedia, enumerateDevices });
}
