// A connection to a session's X server. A node has many displays, so neither
// DISPLAY nor XAUTHORITY of this process's own environment plays a part.

import { readFile } from "node:fs/promises";
import { withTimeout, type Scope } from "@nearframe/shared/lifetime";
import x11, { type ShmProvider, type XDisplay } from "x11";
import { readXauthority } from "./xauthority.ts";

const CONNECT_TIMEOUT_MS = 5_000;

/** What has to be known of a display to talk to it. */
export type XAddress = { readonly name: string; readonly environment: Readonly<Record<string, string>> };

export type XConnection = {
  display: XDisplay;
  /** Settles when the server hung up or the scope closed. */
  closed: Promise<void>;
};

export type XConnectionOptions = {
  /** Collect requests and send them together; off where each has to leave at once. */
  bufferRequests?: boolean;
  /** Memory shared with the server, by MIT-SHM; off unless given. */
  shm?: ShmProvider;
};

/** X errors that no request's own callback takes are given to `onError`. */
export async function connectX11(
  address: XAddress,
  scope: Scope,
  onError: (error: Error) => void,
  { bufferRequests = true, shm }: XConnectionOptions = {},
): Promise<XConnection> {
  const authority = address.environment.XAUTHORITY;
  const auth = authority === undefined ? undefined : await readCookie(authority);
  const connecting = Promise.withResolvers<XDisplay>();
  const client = x11.createClient(
    { display: address.name, shm: shm ?? false, bufferRequests, ...(auth && { auth }) },
    (error, display) => {
      if (error) connecting.reject(new Error(`X display ${address.name} can't be opened: ${error.message}`, { cause: error }));
      else connecting.resolve(display);
    },
  );
  // Before the connection stands its errors are the callback's; later ones come here.
  client.on("error", (error: Error) => {
    connecting.reject(error);
    onError(error);
  });
  const closed = new Promise<void>((resolve) => client.once("end", resolve));
  scope.own(client, () => {
    // There is no stream yet if the server never took the connection.
    if (client.stream) client.terminate();
  });
  const display = await withTimeout(connecting.promise, CONNECT_TIMEOUT_MS, `no answer from X display ${address.name}`);
  // The package keeps one table of atoms for all of its connections, and each server numbers its own.
  display.client.atoms = { ...display.client.atoms };
  return { display, closed };
}

async function readCookie(file: string): Promise<{ name: string; data: string }> {
  const { name, cookie } = readXauthority(await readFile(file));
  return { name, data: cookie.toString("latin1") };
}
