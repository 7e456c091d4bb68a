// Opens a device: directly, or through an adb server.

import { Adb, AdbDaemonTransport, AdbServerClient, type AdbCredentialStore } from "@yume-chan/adb";
import { ServerConnector } from "./server-connector.ts";
import { withTimeout, type Scope } from "@nearframe/shared/lifetime";
import { nameOf, type DeviceAddress } from "../../device-address.ts";
import { createDevice } from "./adb-device.ts";
import type { AndroidDevice } from "../../ports.ts";
import { openTcpConnection } from "./tcp-connection.ts";

/** A device that wants its owner's consent gives none within this, nor does one that is off. */
const OPEN_TIMEOUT_MS = 5_000;

export type DeviceAccess = {
  credentials: AdbCredentialStore;
  server: { host: string; port: number };
};

export type OpenDevice = (address: DeviceAddress, scope: Scope) => Promise<AndroidDevice>;

/** Rejects with a sentence that names the device. */
export const openAdbDevice =
  (access: DeviceAccess): OpenDevice =>
  async (address, owner) => {
    const scope = owner.child();
    const name = nameOf(address);
    try {
      const adb = await withTimeout(openAdb(address, access, scope), OPEN_TIMEOUT_MS, "it did not answer; is this node's key allowed on it?");
      scope.own(adb, (adb) => adb.close());
      return createDevice(name, adb);
    } catch (error) {
      await scope.close(error).catch(() => undefined);
      throw new Error(`Android device ${name}: ${describe(error)}`, { cause: error });
    }
  };

async function openAdb(address: DeviceAddress, { credentials, server }: DeviceAccess, scope: Scope): Promise<Adb> {
  if (address.kind === "server") return new AdbServerClient(new ServerConnector(server)).createAdb({ serial: address.serial });
  const connection = await openTcpConnection(address.host, address.port, scope);
  return new Adb(await AdbDaemonTransport.authenticate({ serial: nameOf(address), connection, credentialStore: credentials }));
}

function describe(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === "ECONNREFUSED" ? "nothing listens there" : message;
}
