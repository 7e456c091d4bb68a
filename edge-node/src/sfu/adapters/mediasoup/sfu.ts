// mediasoup behind the session's port: one worker process, one port for all
// WebRTC (UDP, and TCP for players whose network lets no UDP through).

import * as mediasoup from "mediasoup";
import type { Scope } from "@nearframe/shared/lifetime";
import { preferProcess } from "../../../process/priority.ts";
import type { Sfu } from "../../ports.ts";
import { openMediaPort } from "./media-port.ts";
import { createRoom } from "./room.ts";

export type SfuOptions = {
  /** Addresses to listen on, and what to call each of them to players when that differs. */
  addresses: readonly { ip: string; announcedAddress?: string }[];
  /** Same port on every address, UDP and TCP; 0 for any free one. */
  port: number;
  onWarning(message: string): void;
};

export class SfuStartError extends Error {
  readonly code = "SFU_START";
}

/** Socket buffers of the WebRTC port: a 1080p keyframe burst fits several times over. */
const SOCKET_BUFFER_BYTES = 4 * 1024 * 1024;

export async function createMediasoupSfu(options: SfuOptions, scope: Scope): Promise<Sfu> {
  const worker = scope.own(await startWorker(), (worker) => worker.close());
  // Every packet of every session passes it; it must not wait behind a title.
  const refused = preferProcess(worker.pid);
  if (refused !== undefined) options.onWarning(refused);
  const closed = new Promise<string>((resolve) => {
    worker.once("died", (error) => resolve(`the media server died: ${error.message}`));
    worker.observer.once("close", () => resolve("closed"));
  });
  const webRtcServer = await listen(worker, options);
  return {
    closed,
    openMediaPort: (portScope) => openMediaPort(worker, webRtcServer, portScope),
    createRoom: (room, roomScope) => createRoom({ worker, webRtcServer, ...room }, roomScope),
  };
}

async function startWorker() {
  try {
    return await mediasoup.createWorker({ logLevel: "warn", logTags: [] });
  } catch (cause) {
    throw new SfuStartError("the media server did not start; run `npm run setup` to build its worker again", { cause });
  }
}

async function listen(worker: mediasoup.types.Worker, options: SfuOptions) {
  const listenInfos = options.addresses.flatMap(({ ip, announcedAddress }) =>
    (["udp", "tcp"] as const).map((protocol) => ({
      protocol,
      ip,
      ...(announcedAddress === undefined ? {} : { announcedAddress }),
      ...(options.port === 0 ? {} : { port: options.port }),
      sendBufferSize: SOCKET_BUFFER_BYTES,
      recvBufferSize: SOCKET_BUFFER_BYTES,
    })),
  );
  try {
    return await worker.createWebRtcServer({ listenInfos });
  } catch (cause) {
    const where = options.addresses.map(({ ip }) => `${ip}:${options.port || "any"}`).join(", ");
    throw new SfuStartError(
      `the media port is not free (${where}); set NEARFRAME_MEDIA_PORT to another, or to 0 for any`,
      { cause },
    );
  }
}
