// What a title gets of its session: a way to its own display and sound card, and to
// no other's. In a sandbox they have the same names in every session.

import { chmod, copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { BRIDGE_VARIABLE } from "./bridge/messages.ts";
import type { Display, Sound } from "../session/ports.ts";

export type SessionView = {
  environment: Readonly<Record<string, string>>;
  /** Outside -> inside. */
  files: Readonly<Record<string, string>>;
};

type SessionParts = {
  sessionFolder: string;
  display: Display;
  sound: Sound;
  /** The bridge's socket, where the program has a part that speaks with the node. */
  bridgePath: string | undefined;
  confined: boolean;
};

const INSIDE = "/run/session";
const UNIX = "unix:";

export async function showSession({ sessionFolder, display, sound, bridgePath, confined }: SessionParts): Promise<SessionView> {
  if (!confined) {
    const runtime = join(sessionFolder, "runtime");
    await mkdir(runtime, { recursive: true, mode: 0o700 });
    const bridge = bridgePath === undefined ? {} : { [BRIDGE_VARIABLE]: bridgePath };
    return { environment: { ...display.environment, ...sound.environment, ...bridge, XDG_RUNTIME_DIR: runtime }, files: {} };
  }
  const files: Record<string, string> = {};
  const environment: Record<string, string> = { ...display.environment, ...sound.environment, XDG_RUNTIME_DIR: "/run/user/1000" };

  const number = /^:(\d+)/.exec(display.name)?.[1];
  if (number !== undefined) files[`/tmp/.X11-unix/X${number}`] = `/tmp/.X11-unix/X${number}`;
  if (environment.XAUTHORITY !== undefined) {
    // A copy that the title's user may read; its folder is for the node alone.
    const copy = join(sessionFolder, "xauthority");
    await copyFile(environment.XAUTHORITY, copy);
    await chmod(copy, 0o644);
    files[copy] = environment.XAUTHORITY = `${INSIDE}/xauthority`;
  }
  const socket = environment.PULSE_SERVER;
  if (socket?.startsWith(UNIX)) {
    files[socket.slice(UNIX.length)] = `${INSIDE}/pulse`;
    environment.PULSE_SERVER = `${UNIX}${INSIDE}/pulse`;
  }
  if (bridgePath !== undefined) files[bridgePath] = environment[BRIDGE_VARIABLE] = `${INSIDE}/bridge`;
  return { environment, files };
}
