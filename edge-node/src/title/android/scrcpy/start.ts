// Starts a scrcpy server on the device and connects to it; closing the scope ends it there too.

import type { Adb, AdbSocket } from "@yume-chan/adb";
import { AdbScrcpyClient, AdbScrcpyExitedError, AdbScrcpyForwardConnection, AdbScrcpyOptions3_3_3, type AdbScrcpyConnection } from "@yume-chan/adb-scrcpy";
import { ScrcpyInstanceId } from "@yume-chan/scrcpy";
import type { ReadableStream } from "@yume-chan/stream-extra";
import { withTimeout, type Scope } from "@nearframe/shared/lifetime";
import { OutputTail } from "../../../process/output-tail.ts";
import type { AndroidDevice } from "../ports.ts";
import { SCRCPY_VERSION } from "./server-file.ts";

/** A device answers in under a second; one that is still booting takes longer. */
const START_TIMEOUT_MS = 15_000;

export type ScrcpyInit = AdbScrcpyOptions3_3_3.Init<boolean>;

/** The library's options, which also know the sockets that were opened for them. */
export class ScrcpyOptions extends AdbScrcpyOptions3_3_3<boolean> {
  readonly sockets: AdbSocket[] = [];

  constructor(init: ScrcpyInit) {
    // Sockets that this end opens: no listener of ours, on whatever address, for a device to call.
    super({ ...init, tunnelForward: true, scid: ScrcpyInstanceId.random() }, { version: SCRCPY_VERSION });
  }

  override createConnection(adb: Adb): AdbScrcpyConnection {
    const { scid, video, audio, control, sendDummyByte } = this.value;
    const recording: Pick<Adb, "createSocket"> = {
      createSocket: async (service) => {
        const socket = await adb.createSocket(service);
        this.sockets.push(socket);
        return socket;
      },
    };
    const id = typeof scid === "string" ? scid : scid?.toOptionValue();
    // All that it uses of the device is `createSocket`.
    return new AdbScrcpyForwardConnection(recording as Adb, { scid: id, video, audio, control, sendDummyByte });
  }
}

export type ScrcpyClient = AdbScrcpyClient<ScrcpyOptions>;

/** Rejects with what the server said. `onGone` hears that it ended by itself. */
export async function startScrcpy(
  device: AndroidDevice,
  serverPath: string,
  init: ScrcpyInit,
  onGone: (error: Error) => void,
  scope: Scope,
): Promise<{ client: ScrcpyClient; options: ScrcpyOptions }> {
  const options = new ScrcpyOptions(init);
  scope.own(options, closeSockets);
  const client = await withTimeout(AdbScrcpyClient.start(device.adb, serverPath, options), START_TIMEOUT_MS, `${device.name}: scrcpy's server did not start`).catch((error: unknown) => {
    if (error instanceof AdbScrcpyExitedError) throw new Error(`${device.name}: scrcpy's server ended: ${error.output.join(" ").slice(-300)}`);
    throw error;
  });
  scope.own(client, (client) => client.close());
  const tail = new OutputTail();
  // Nobody waits for what it says; a stream that nobody reads stops the whole connection.
  void readAll(client.output, (line) => tail.append(`${line}\n`)).catch(() => undefined);
  const ended = () => {
    if (!scope.closed) onGone(new Error(`${device.name}: scrcpy's server ended. ${tail.read()}`.trim()));
  };
  void client.exited.then(ended, ended);
  return { client, options };
}

export async function readAll<T>(stream: ReadableStream<T>, use: (value: T) => void): Promise<void> {
  const reader = stream.getReader();
  for (let result = await reader.read(); !result.done; result = await reader.read()) use(result.value);
}

/** The server ends when its sockets do. */
async function closeSockets({ sockets }: ScrcpyOptions): Promise<void> {
  await Promise.allSettled(sockets.map(async (socket) => socket.close()));
}
