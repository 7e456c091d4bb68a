// Debian's nats-server with JetStream, on a folder of its own.

import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Scope } from "@nearframe/shared/lifetime";
import { findCommand } from "./find-command.ts";
import { findFreePort, readGreeting, startService, type ServiceProcess } from "./service-process.ts";

export type NatsService = ServiceProcess & {
  readonly url: string;
  /** What JetStream kept is gone. Only while it is stopped. */
  wipe(): Promise<void>;
};

/** What JetStream keeps is there after `stop` and `start`, and gone with the scope. */
export async function startNats(scope: Scope): Promise<NatsService> {
  const command = await findCommand("nats-server", ["/usr/sbin", "/usr/local/bin"]);
  const folder = await mkdtemp(path.join(os.tmpdir(), "nearframe-nats-"));
  scope.own(folder, (folder) => rm(folder, { recursive: true, force: true }));
  const port = await findFreePort();
  const service = await startService(
    { command, args: ["--addr", "127.0.0.1", "--port", String(port), "--jetstream", "--store_dir", folder] },
    async () => {
      const greeting = await readGreeting(port);
      if (!greeting.startsWith("INFO ")) throw new Error(`this is not NATS: ${greeting.slice(0, 100)}`);
    },
    scope,
  );
  return {
    ...service,
    url: `nats://127.0.0.1:${port}`,
    wipe: () => rm(path.join(folder, "jetstream"), { recursive: true }),
  };
}
