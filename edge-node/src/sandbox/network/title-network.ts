// A way out for titles whose manifests ask for one, on hosts that allow it: a
// network of the title's own, joined to the world by slirp4netns.
//
// It leads to public addresses only. The machine's own services, the host's home
// network and the addresses of clouds' metadata are unreachable, by routes that
// only the node can change. Where a manifest lists names, it leads to what those
// names lead to, and nowhere else: no way out is open until such a name was asked for.

import { execFile } from "node:child_process";
import { Resolver } from "node:dns/promises";
import { writeFile } from "node:fs/promises";
import { BlockList } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { withTimeout, type Scope } from "@nearframe/shared/lifetime";
import { createChild, describeExit } from "../../process/child.ts";
import { requireCommand } from "../../process/find-command.ts";
import { bindUdpIn } from "./bind-in-namespace.ts";
import { serveNames, type NameDoorPorts } from "./name-door.ts";

const run = promisify(execFile);
const READY_MS = 5_000;
const DEVICE = "tap0";
/** slirp4netns' own, in the network that it makes (10.0.2.0/24). */
const NAMESERVER = "10.0.2.3";
const GATEWAY = "10.0.2.2";
/** Ours, for a title that may reach some names only. */
const DOOR = { address: "127.0.0.1", port: 53 } as const;
/** Less than the title's own resolver waits before it asks again. */
const LOOK_UP = { timeout: 2_000, tries: 2 } as const;
/** What a resolver says of a name that is none, or has no such address. */
const NONE = new Set(["ENOTFOUND", "ENODATA"]);

/** IANA's special-purpose registries: everything that is not the public internet, but for documentation networks, where nobody is. */
const PRIVATE_NETWORKS = [
  "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "198.18.0.0/15",
  "224.0.0.0/4", "240.0.0.0/4",
];

/** All that a title may reach, as its manifest lists it; undefined: whatever is public. */
export type AllowedNames = readonly string[] | undefined;

export type TitleNetworks = {
  /** Writes what a title's resolver reads; returns the file. */
  writeResolver(folder: string, names: AllowedNames): Promise<string>;
  /** Joins the network namespace of a process. Resolves when packets flow. */
  join(pid: number, names: AllowedNames, scope: Scope): Promise<void>;
};

export type LookUp = NameDoorPorts["lookUp"];

export type TitleNetworksOptions = {
  /** How names are looked up for titles whose manifests list them; left out: as this machine does. */
  lookUp?: LookUp | undefined;
  /** What a title did that its operator should know. */
  log?: ((detail: string) => void) | undefined;
};

/** By the machine's name servers; not by its getaddrinfo(3), which would hold up a thread that the whole node needs. */
function createLookUp(): LookUp {
  const resolver = new Resolver(LOOK_UP);
  return (name) =>
    resolver.resolve4(name).catch((error: NodeJS.ErrnoException) => {
      if (NONE.has(error.code ?? "")) return [];
      throw error;
    });
}

/** Rejects with what to install, or why not. */
export async function openTitleNetworks({ lookUp = createLookUp(), log = () => undefined }: TitleNetworksOptions = {}): Promise<TitleNetworks> {
  if (process.getuid?.() !== 0) {
    throw new Error("titles can have a network only on a node that runs as root; leave NEARFRAME_TITLE_NETWORK out, or run the node as root");
  }
  const [slirp, nsenter, ip] = await Promise.all([
    requireCommand("slirp4netns", "slirp4netns"),
    requireCommand("nsenter", "util-linux"),
    requireCommand("ip", "iproute2"),
  ]);
  return {
    async writeResolver(folder, names) {
      const file = join(folder, "resolv.conf");
      await writeFile(file, `nameserver ${names ? DOOR.address : NAMESERVER}\n`, { mode: 0o644 });
      return file;
    },
    async join(pid, names, scope) {
      const namespace = `/proc/${pid}/ns/net`;
      const route = (...words: string[]) => run(nsenter, [`--net=${namespace}`, "--", ip, "route", ...words], { timeout: READY_MS });
      const ready = Promise.withResolvers<void>();
      const child = await createChild(
        {
          file: slirp,
          // IPv6 stays off: every private range of it would want a route as well.
          args: [
            "--configure", "--mtu=65520", "--disable-host-loopback", "--enable-seccomp", "--ready-fd=3",
            ...(names ? ["--disable-dns"] : []),
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
      for (const network of PRIVATE_NETWORKS) await route("add", "blackhole", network);
      if (!names) return;
      await route("del", "default");
      // No name server of slirp4netns' any more, it would be whoever has that address at the host's.
      await route("add", "blackhole", NAMESERVER);
      const letOut = async (address: string) => {
        // Its number may be another process's once it has ended.
        scope.signal.throwIfAborted();
        await route("replace", address, "via", GATEWAY, "dev", DEVICE);
      };
      const openSocket = async () => {
        scope.signal.throwIfAborted();
        return bindUdpIn(namespace, DOOR.address, DOOR.port);
      };
      const tell = (detail: string) => log(`the title of process ${pid}: ${detail}`);
      await serveNames({ names, lookUp, isPublic, letOut, openSocket, nowMs: () => performance.now(), log: tell }, scope);
    },
  };
}

const privateNetworks = new BlockList();
for (const network of PRIVATE_NETWORKS) {
  const [address = "", bits] = network.split("/");
  privateNetworks.addSubnet(address, Number(bits));
}
/** The machine itself beside them: it has no route, as no title's packet to it leaves the title. */
privateNetworks.addSubnet("127.0.0.0", 8);

const isPublic = (address: string): boolean => !privateNetworks.check(address);
