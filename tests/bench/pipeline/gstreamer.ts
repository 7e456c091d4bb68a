// The control: what a GStreamer pipeline of the usual parts takes for the same.

import { execFile } from "node:child_process";
import { access } from "node:fs/promises";
import { promisify } from "node:util";
import type { CreatePipeline } from "@nearframe/edge-node/media/ports";
import { createChild, describeExit } from "@nearframe/edge-node/process/child";
import { enterIpcNamespace } from "@nearframe/edge-node/process/ipc-namespace";
import { commandFolders, findCommand } from "@nearframe/edge-node/process/find-command";

const PLUGIN_FOLDERS = ["/usr/lib/x86_64-linux-gnu/gstreamer-1.0", "/usr/lib/aarch64-linux-gnu/gstreamer-1.0"];
const PLUGINS = ["libgstximagesrc.so", "libgstx264.so", "libgstrtp.so", "libgstudp.so"];

const CHRT = "/usr/bin/chrt";
const findLaunch = () => findCommand("gst-launch-1.0", commandFolders());

/** Debian: gstreamer1.0-tools, gstreamer1.0-plugins-good, gstreamer1.0-plugins-ugly. */
export async function hasGstreamer(): Promise<boolean> {
  if ((await findLaunch()) === undefined) return false;
  const found = await Promise.all(PLUGIN_FOLDERS.map((folder) => Promise.all(PLUGINS.map((file) => exists(`${folder}/${file}`)))));
  return found.some((files) => files.every(Boolean));
}

const mayRunInRealTime = (): Promise<boolean> =>
  promisify(execFile)(CHRT, ["--rr", "1", "true"]).then(() => true, () => false);

const exists = (path: string): Promise<boolean> => access(path).then(() => true, () => false);

export const createGstreamerPipeline: CreatePipeline = async (options, _events, scope) => {
  const { display, size, fps, bitrateKbps, video } = options;
  // In the same scheduling class as ours, or the comparison would be of that.
  const realTime = await mayRunInRealTime();
  const launch = (await findLaunch()) ?? "gst-launch-1.0";
  // And where it can share memory with the display, or the comparison would be of that.
  const before = [...(await enterIpcNamespace(display.processId)), ...(realTime ? [CHRT, "--rr", "1"] : [])];
  const [file, ...words] = [...before, launch];
  const child = await createChild(
    {
      file,
      args: [
        ...words,
        "ximagesrc", `display-name=${display.name}`, "use-damage=false", "show-pointer=false",
        "!", `video/x-raw,framerate=${fps}/1,width=${size.width},height=${size.height}`,
        "!", "videoconvert", "n-threads=2",
        "!", "x264enc", "tune=zerolatency", "speed-preset=ultrafast", `bitrate=${bitrateKbps}`,
        "vbv-buf-capacity=100", "threads=2", `key-int-max=${fps * 60}`,
        "!", "video/x-h264,profile=constrained-baseline",
        "!", "rtph264pay", "config-interval=-1", "mtu=1200", `pt=${video.payloadType}`, `ssrc=${video.ssrc}`,
        "!", "udpsink", `host=${video.ip}`, `port=${video.port}`, "sync=false",
      ],
      environment: { PATH: "/usr/bin:/bin", ...display.environment },
      folder: "/",
    },
    scope,
  );
  return {
    requestKeyframe() {
      // Not needed here: its first frame is one.
    },
    showNonce() {
      // Nobody asks.
    },
    setTarget() {
      // As above.
    },
    closed: child.exited.then((exit) =>
      scope.closed ? undefined : new Error(`gst-launch-1.0 ended ${describeExit(exit)}. ${child.lastOutput()}`),
    ),
  };
};
