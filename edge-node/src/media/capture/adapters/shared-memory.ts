// Asks the X server to copy its screen into memory that both map (MIT-SHM 1.2,
// the segment handed over as a descriptor). Works with any X server on this machine.

import { closeSync, ftruncateSync, openSync, unlinkSync } from "node:fs";
import { promisify } from "node:util";
import { randomUUID } from "node:crypto";
import type { ShmExtension, ShmProvider } from "x11";
import type { OpenFrameSource } from "../ports.ts";
import { watchDamage } from "./damage.ts";
import { mapFile } from "./memory-map.ts";

const ALL_PLANES = 0xffff_ffff;

export const openSharedMemory: OpenFrameSource = async (options, events, scope) => {
  const { width, height } = options.size;
  const { client, root, markSeen } = await watchDamage(options, events, scope, { shm: mappedMemory });
  const shm = await promisify<"shm", ShmExtension>(client.require.bind(client))("shm");
  const segment = await promisify(shm.createSegment.bind(shm))(width * height * 4);
  const pixels = { data: segment.buffer, strideBytes: width * 4 };
  return {
    // The server does both requests in the order they were sent.
    exact: true,
    grab: (use) => {
      markSeen();
      segment.getImage(root, 0, 0, width, height, ALL_PLANES, shm.ImageFormat.ZPixmap, 0, (error) => {
        if (error) events.onGone(new Error(`The X server refused to copy its screen: ${error.message}`));
        else use(pixels);
      });
    },
  };
};

/** A nameless file on tmpfs, mapped here and there: nothing is left of it when both have ended. */
export const mappedMemory: ShmProvider = {
  flavor: "fd",
  zeroCopy: true,
  create(bytes) {
    const path = `/dev/shm/nearframe-pixels-${randomUUID()}`;
    const fd = openSync(path, "wx+", 0o600);
    unlinkSync(path);
    ftruncateSync(fd, bytes);
    return { size: bytes, fd, buffer: mapFile(fd, bytes, "read-write") };
  },
  commit() {
    // The memory is the server's too; there is nothing to carry over, either way.
  },
  sync() {
    // As above.
  },
  destroy: ({ fd }) => closeSync(fd),
};
