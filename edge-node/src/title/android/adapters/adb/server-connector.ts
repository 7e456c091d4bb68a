// The way to an adb server, for the library. It listens nowhere.

import type { AdbServerClient } from "@yume-chan/adb";
import { AdbServerNodeTcpConnector } from "@yume-chan/adb-server-node-tcp";
import { MaybeConsumable } from "@yume-chan/stream-extra";

export class ServerConnector extends AdbServerNodeTcpConnector {
  override async connect(options?: AdbServerClient.ServerConnectionOptions): Promise<AdbServerClient.ServerConnection> {
    const connection = await super.connect(options);
    const writer = connection.writable.getWriter();
    // As in `tcp-connection.ts`: what can't be written is lost with the connection.
    const writable = new MaybeConsumable.WritableStream<Uint8Array>({
      write: (bytes) => writer.write(bytes).catch(() => undefined),
      close: () => writer.close().catch(() => undefined),
    });
    return { readable: connection.readable, writable, closed: connection.closed, close: () => connection.close() };
  }

  override addReverseTunnel(): Promise<string> {
    return Promise.reject(new Error("devices are called, they do not call"));
  }
}
