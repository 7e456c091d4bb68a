// A device's screen, coded by the device. Each stream is a server of its own, so that
// another rate is another server beside the first, and not a picture that stands still.

import { ScrcpyVideoCodecId } from "@yume-chan/scrcpy";
import type { Scope } from "@nearframe/shared/lifetime";
import { readSps } from "../../../media/h264/sps.ts";
import { NalType, nalType, splitNalUnits } from "../../../media/rtp/h264.ts";
import type { CodedVideo, CodedVideoEvents, CodedVideoOptions } from "../../../media/forward/ports.ts";
import type { AndroidDevice } from "../ports.ts";
import { readAll, startScrcpy } from "./start.ts";

export async function openScrcpyVideo(
  device: AndroidDevice,
  serverPath: string,
  { bitrateKbps, fps, size }: CodedVideoOptions,
  events: CodedVideoEvents & { onSize(size: { width: number; height: number }): void },
  scope: Scope,
): Promise<CodedVideo> {
  const { client } = await startScrcpy(
    device,
    serverPath,
    {
      video: true,
      videoCodec: "h264",
      videoBitRate: Math.round(bitrateKbps * 1000),
      maxFps: Math.ceil(fps),
      maxSize: Math.max(size.width, size.height),
      audio: false,
      // Only for `RESET_VIDEO`; touches go to the server that stays.
      control: true,
      clipboardAutosync: false,
      cleanup: false,
    },
    events.onGone,
    scope,
  );
  const video = await client.videoStream;
  if (video?.metadata.codec !== ScrcpyVideoCodecId.H264) throw new Error(`${device.name} codes no H.264`);
  const gone = (error?: Error) => {
    if (!scope.closed) events.onGone(error ?? new Error(`${device.name}: the picture ended`));
  };
  readAll(video.stream, (packet) => {
    const data = Buffer.from(packet.data.buffer, packet.data.byteOffset, packet.data.byteLength);
    if (packet.type === "configuration") {
      const sps = splitNalUnits(data).find((unit) => nalType(unit) === NalType.sps);
      const shown = sps && readSps(sps);
      if (shown) events.onSize(shown);
      events.onPacket({ kind: "configuration", data });
    } else {
      events.onPacket({ kind: "frame", data, takenAtUs: packet.pts ?? 0n });
    }
  }).then(() => gone(), gone);
  return {
    requestKeyframe() {
      client.controller?.resetVideo().catch(gone);
    },
  };
}
