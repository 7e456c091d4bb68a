// A way out for titles whose manifests ask for one, on hosts that allow it: a
// network of the title's own, joined to the world by slirp4netns.
//
// It leads to public addresses only. The machine's own services, the host's home
// network and the addresses of clouds' metadata are unreachable, by routes that
// only the node can change.

import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { withTimeout, type Scope } from "@nearframe/shared/lifetime";
import { createChild, describeExit } from "../../process/child.ts";
import { requireCommand } from "../../process/find-command.ts";

const run = promisify(execFile);
const READY_MS = 5_000;
const DEVICE = "tap0";
/** slirp4netns' own, in the network that it makes (10.0.2.0/24). */
const NAMESERVER = "10.0.2.3";

/** IANA's special-purpose registries: everything that is not the public internet, but for documentation networks, where nobody is. */
const PRIVATE_NETWORKS = [
  "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "198.18.0.0/15",
  "224.0.0.0/4", "240.0.0.0/4",
];

export type TitleNetworks = {
  /** Writes what a title's resolver reads; returns the file. */
  writeResolver(folder: string): Promise<string>;
  /** Joins the network namespace of a process. Resolves when packets flow. */
  join(pid: number, scope: Scope): Promise<void>;
};

/** Rejects with what to install, or why not. */
export async function openTitleNetworks(): Promise<TitleNetworks> {
  if (process.getuid?.() !== 0) {
    throw new Error("titles can have a network only on a node that runs as root; leave NEARFRAME_TITLE_NETWORK out, or run the node as root");
  }
  const [slirp, nsenter, ip] = await Promise.all([
    requireCommand("slirp4netns", "slirp4netns"),
    requireCommand("nsenter", "util-linux"),
    requireCommand("ip", "iproute2"),
  ]);
  return {
    async writeResolver(folder) {
      const file = join(folder, "resolv.conf");
      await writeFile(file, `nameserver ${NAMESERVER}\n`, { mode: 0o644 });
      return file;
    },
    async join(pid, scope) {
      const namespace = `/proc/${pid}/ns/net`;
      const ready = Promise.withResolvers<void>();
      const child = await createChild(
        {
          file: slirp,
          // IPv6 stays off: every private range of it would want a route as well.
          args: [
            "--configure", "--mtu=65520", "--disable-host-loopback", "--enable-seccomp", "--ready-fd=3",
            "--netns-type=path", namespace, DEVICE,
          ],
          environment: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
          folder: "/",
          onReport: () => ready.resolve(),
        },
        scope,
      );
      const failed = child.exited.then((exit): never => {
        throw new Error(`slirp4netns ended ${describeExit(exit)}: ${child.lastOutput()}`);
      });
      await withTimeout(Promise.race([ready.promise, failed]), READY_MS, "the title's network did not get ready");
      // What ends it later takes the title's network away, which the title sees.
      failed.catch(() => undefined);
      for (const network of PRIVATE_NETWORKS) {
        await run(nsenter, [`--net=${namespace}`, "--", ip, "route", "add", "blackhole", network], { timeout: READY_MS });
      }
    },
  };
}
