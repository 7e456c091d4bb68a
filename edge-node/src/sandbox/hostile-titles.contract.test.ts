// Titles that do what they shouldn't. Each is contained, and where it used too
// much its end says of what.

import { execFile } from "node:child_process";
import { createServer } from "node:net";
import { once } from "node:events";
import { access, chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import type { TitleManifest } from "@nearframe/shared/title/manifest";
import { createGraphics } from "../graphics/graphics.ts";
import { openXvfb } from "../display/adapters/xvfb.ts";
import { createPrivateFolder } from "../process/private-folder.ts";
import { isRunning } from "../process/testing/is-running.ts";
import type { Display, RunningProgram, Sound } from "../session/ports.ts";
import { openPulse } from "../sound/adapters/pulse.ts";
import { createLauncher } from "../title/launch.ts";
import { SCRIPT_SIZE, scriptManifest } from "../title/testing/script-manifest.ts";
import { openBubblewrap } from "./adapters/bubblewrap.ts";
import { descendantsOf } from "./limits/read-processes.ts";
import type { Sandbox } from "./ports.ts";

/** From documentation ranges: as public as addresses of this machine can be. */
const PUBLIC = "203.0.113.5";
const ELSEWHERE = "203.0.113.6";
/** What the names of the tests lead to. */
const NAMES: Readonly<Record<string, readonly string[]>> = { "game.example": [PUBLIC], "elsewhere.example": [ELSEWHERE], "home.game.example": ["192.168.1.1"] };

/** A script that tries something prints this if it was let. */
const LET = "LET-THROUGH";

let machine: Scope;
let sandbox: Sandbox;
let display: Display;
let otherDisplay: Display;
let sound: Sound;
let otherSound: Sound;
const logged: string[] = [];
beforeAll(async () => {
  machine = new Scope();
  const networking = { lookUp: async (name: string) => NAMES[name] ?? [], log: (detail: string) => void logged.push(detail) };
  sandbox = await openBubblewrap({ networkAllowed: process.getuid?.() === 0, ...networking });
  [display, otherDisplay, sound, otherSound] = await Promise.all([
    openXvfb(SCRIPT_SIZE, machine), openXvfb(SCRIPT_SIZE, machine), openPulse(machine), openPulse(machine),
  ]);
});
afterAll(() => machine.close());

let scope: Scope;
let titleFolder: string;
let sessionFolder: string;
beforeEach(async () => {
  scope = new Scope();
  titleFolder = await createPrivateFolder("title", scope);
  await chmod(titleFolder, 0o755);
  sessionFolder = await createPrivateFolder("session", scope);
});
afterEach(() => scope.close());

async function launch(script: string, manifest: Partial<TitleManifest> = {}, networkAllowed = false): Promise<RunningProgram> {
  await writeFile(join(titleFolder, "run.sh"), `#!/bin/bash\n${script}\n`);
  await chmod(join(titleFolder, "run.sh"), 0o755);
  return createLauncher({ sandbox, networkAllowed, cacheFolder: join(sessionFolder, "cache"), graphics: createGraphics([]) }, scope).launch(
    {
      title: {
        folder: titleFolder,
        manifest: scriptManifest({ name: "Hostile", ...manifest }),
      },
      sessionFolder, display, sound,
    },
    scope,
  );
}

/** What the script said by the time it ended. */
async function outputOf(script: string, manifest: Partial<TitleManifest> = {}): Promise<string> {
  const title = await launch(`${script}\necho "(end)"`, manifest);
  await title.exited;
  await vi.waitFor(() => expect(title.lastOutput()).toContain("(end)"));
  return title.lastOutput().replace("(end)", "").trim();
}

describe("a title that uses too much", () => {
  test("processes: a fork bomb ends with the reason, and nothing of it is left", async () => {
    const title = await launch("bomb() { bomb | bomb & }; bomb; sleep 60", {
      resources: { cpuCores: 1, memoryMb: 8_000, gpu: false, network: false },
    });
    const pids = await descendantsOf(title.pid);
    const { exceeded } = await title.exited;
    expect(exceeded).toMatch(/started more than \d+ processes and threads/);
    await vi.waitFor(() => expect(pids.filter(isRunning)).toEqual([]));
    // The node still can start programs.
    await scope.close();
    scope = new Scope();
    sessionFolder = await createPrivateFolder("session", scope);
    titleFolder = await createPrivateFolder("title", scope);
    await chmod(titleFolder, 0o755);
    expect(await outputOf("echo fine")).toBe("fine");
  });

  test("memory: it ends with the reason", async () => {
    const title = await launch("head -c 2G /dev/zero | tail");
    expect((await title.exited).exceeded).toMatch(/used more than its 224 MB of memory/);
  });

  test("disk: it ends with the reason, and the file is gone with the session", async () => {
    const title = await launch("i=0; while true; do head -c 64M /dev/zero > fill$i; i=$((i+1)); done", {
      resources: { cpuCores: 1, memoryMb: 8_000, gpu: false, network: false },
    });
    expect((await title.exited).exceeded).toMatch(/wrote more than \d+ MB into its home/);
    await scope.close();
    await expect(access(sessionFolder)).rejects.toThrow("ENOENT");
  });

  test("files: a million names end it with the reason", async () => {
    const title = await launch("i=0; while true; do : > f$i; i=$((i+1)); done");
    expect((await title.exited).exceeded).toMatch(/made more than \d+ files in its home/);
  });

  test("scratch space: /tmp and shared memory are full before the machine's is", async () => {
    const said = await outputOf("cd /tmp; head -c 1G /dev/zero > fill 2>/dev/null && echo LET-THROUGH; df --output=size -m /tmp | tail -1", {
      resources: { cpuCores: 1, memoryMb: 4_000, gpu: false, network: false },
    });
    expect(said).not.toContain(LET);
    expect(Number(said)).toBeLessThanOrEqual(256);
  });
});

describe("a title that looks around", () => {
  test("finds nobody's files: not the node's, not another session's, not the machine's users'", async () => {
    const secret = await mkdtemp(join(tmpdir(), "nearframe-secret-"));
    scope.own(secret, () => rm(secret, { recursive: true }));
    await chmod(secret, 0o755);
    await writeFile(join(secret, "key"), "private", { mode: 0o644 });
    const otherHome = join(await createPrivateFolder("other", scope), "home");
    await mkdir(otherHome);
    await writeFile(join(otherHome, "save"), "a save");
    const paths = [join(secret, "key"), join(otherHome, "save"), "/etc/shadow", "/root", "/proc/1/cwd/root", process.cwd(), "/var/lib", "/home/player/../../root"];
    const said = await outputOf(paths.map((path) => `cat ${path}/* ${path} 2>/dev/null && echo "LET-THROUGH ${path}"`).join("\n"));
    expect(said).toBe("");
  });

  test("sees its own processes only, and can't signal or trace another's", async () => {
    const said = await outputOf(`
      ls /proc | grep -c '^[0-9]'
      kill -0 ${process.pid} 2>/dev/null && echo LET-THROUGH
      cat /proc/${process.pid}/environ 2>/dev/null && echo LET-THROUGH
      (tr '\\0' '\\n' < /proc/1/environ) 2>/dev/null | grep -i nearframe && echo LET-THROUGH
      true`);
    expect(said).not.toContain(LET);
    expect(Number(said)).toBeLessThan(10);
  });

  test("can't watch what is typed on another session's display, nor hear its sound", async () => {
    const otherSocket = otherSound.environment.PULSE_SERVER?.slice("unix:".length) ?? "";
    const said = await outputOf(`
      test -e /tmp/.X11-unix/X${otherDisplay.name.slice(1)} && echo "LET-THROUGH socket"
      test -e ${otherDisplay.environment.XAUTHORITY} && echo "LET-THROUGH cookie"
      test -e ${otherSocket} && echo "LET-THROUGH sound"
      grep -c 'X${otherDisplay.name.slice(1)}$' /proc/net/unix
      ls /tmp/.X11-unix`);
    // Not by an abstract socket either: those belong to the network namespace.
    expect(said.split("\n")).toEqual(["0", `X${display.name.slice(1)}`]);
  });

  test("finds no input devices, no disks and no kernel memory", async () => {
    const said = await outputOf("ls -A /dev | sort | tr '\\n' ' '; ls /dev/input /dev/uinput /dev/sd* /dev/mem /dev/kmsg 2>/dev/null && echo LET-THROUGH; true");
    expect(said).not.toContain(LET);
    expect(said.split(" ").toSorted()).toEqual(
      ["core", "fd", "full", "null", "ptmx", "pts", "random", "shm", "stderr", "stdin", "stdout", "tty", "urandom", "zero"].toSorted(),
    );
  });
});

describe("a title that reaches out", () => {
  test("has no network: not the internet's, not the machine's own services", async () => {
    const server = createServer((socket) => void socket.end("hello")).listen(0, "127.0.0.1");
    scope.own(server, () => void server.close());
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const said = await outputOf(`
      (exec 3<>/dev/tcp/127.0.0.1/${port}) 2>/dev/null && echo "LET-THROUGH node"
      (exec 3<>/dev/tcp/1.1.1.1/53) 2>/dev/null && echo "LET-THROUGH internet"
      tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '`);
    expect(said).toBe("lo");
  });

  test("that asks for the network on a host that gives none is refused with what the host can do", async () => {
    await expect(launch("true", { resources: { cpuCores: 1, memoryMb: 64, gpu: false, network: true } })).rejects.toThrow(
      /which this host gives to no title; its operator can allow it with NEARFRAME_TITLE_NETWORK=1/,
    );
  });
});

describe.skipIf(process.getuid?.() !== 0)("a title that may use the network", () => {
  /** Answers whoever comes, at both public addresses. */
  async function openWorld(): Promise<number> {
    const run = promisify(execFile);
    for (const address of [PUBLIC, ELSEWHERE]) {
      await run("ip", ["address", "replace", `${address}/32`, "dev", "lo"]);
      scope.own(address, async () => void (await run("ip", ["address", "delete", `${address}/32`, "dev", "lo"])));
    }
    const server = createServer((socket) => void socket.end("hello\n")).listen(0, "0.0.0.0");
    scope.own(server, () => void server.close());
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  }

  test("reaches public addresses, and neither the machine's own services nor the host's home network", async () => {
    const port = await openWorld();
    const title = await launch(
      `
      for address in 127.0.0.1 10.0.2.2 10.0.0.1 192.168.1.1 169.254.169.254 172.17.0.1 ${PUBLIC}; do
        (exec 3<>/dev/tcp/$address/${port} && head -1 <&3 | sed "s/^/$address /") 2>/dev/null
      done
      grep nameserver /etc/resolv.conf
      ip route del blackhole 192.168.0.0/16 2>/dev/null && echo LET-THROUGH
      echo "(end)"`,
      { resources: { cpuCores: 1, memoryMb: 64, gpu: false, network: true } },
      true,
    );
    await vi.waitFor(() => expect(title.lastOutput()).toContain("(end)"), { timeout: 10_000 });
    expect(title.lastOutput().split("\n")).toEqual([`${PUBLIC} hello`, "nameserver 10.0.2.3", "(end)"]);
    // What joined it to the world ends with it.
    await scope.close();
  });

  test("and lists names reaches what those lead to, once it asked for them, and nothing else: no address, no other name", async () => {
    const port = await openWorld();
    const title = await launch(
      `
      reach() { (exec 3<>/dev/tcp/$1/${port} && head -1 <&3 | sed "s/^/$1 /") 2>/dev/null; }
      reach ${PUBLIC}
      for name in elsewhere.example home.game.example GAME.example; do getent ahostsv4 $name | head -1 | sed "s/ .*//; s/^/$name: /"; done
      reach game.example; reach ${PUBLIC}; reach ${ELSEWHERE}
      (exec 3<>/dev/tcp/10.0.2.3/53) 2>/dev/null && echo LET-THROUGH
      ip route add default via 10.0.2.2 2>/dev/null && echo LET-THROUGH
      echo "(end)"`,
      { resources: { cpuCores: 1, memoryMb: 64, gpu: false, network: true, networkNames: ["game.example", "home.game.example"] } },
      true,
    );
    await vi.waitFor(() => expect(title.lastOutput()).toContain("(end)"), { timeout: 20_000 });
    expect(title.lastOutput().split("\n")).toEqual([`GAME.example: ${PUBLIC}`, "game.example hello", `${PUBLIC} hello`, "(end)"]);
  });

  test("and floods its name server finds it closed, and open again a little later; the log says so", async () => {
    logged.length = 0;
    const title = await launch(
      `
      ask() { getent ahostsv4 game.example | head -1 | sed "s/ .*//"; }
      ask
      exec 3<>/dev/udp/127.0.0.1/53
      for i in {1..100000}; do echo x >&3 || { echo refused; break; }; done 2>/dev/null
      until ask | grep .; do sleep 0.2; done
      echo "(end)"`,
      { resources: { cpuCores: 1, memoryMb: 64, gpu: false, network: true, networkNames: ["game.example"] } },
      true,
    );
    await vi.waitFor(() => expect(title.lastOutput()).toContain("(end)"), { timeout: 20_000 });
    expect(title.lastOutput().split("\n")).toEqual([PUBLIC, "refused", PUBLIC, "(end)"]);
    expect(logged).toEqual([expect.stringMatching(/^the title of process \d+: it asks its name server more than 50 questions a second/)]);
  });
});

describe("a title that tries known ways out", () => {
  test("has no privileges, and gains none from programs that have", async () => {
    const said = await outputOf("grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status | tr -d '\\t' | tr '\\n' ' '; id -u");
    expect(said).toBe("CapEff:0000000000000000 CapBnd:0000000000000000 NoNewPrivs:1 Seccomp:2 \n1000".replace(" \n", " "));
  });

  test("has no calls for tracing, keys, other processes' memory, io_uring, BPF, or a terminal's keyboard, and no odd sockets", async ({ skip }) => {
    if (process.arch !== "x64") skip("the calls' numbers here are those of x86-64");
    // Each would be let, or refused for another reason, were it not for the filter.
    const calls = {
      ptrace: [101, 0, 0, 0, 0], keyctl: [250, 0, -2, 0], process_vm_readv: [310, 1, 0, 0, 0, 0, 0], bpf: [321, 0, 0, 0], userfaultfd: [323, 0],
      io_uring_setup: [425, 1, 0], unshare: [272, 0x1000_0000], TIOCSTI: [16, 0, 0x5412, 0], AF_ALG: [41, 38, 5, 0], AF_VSOCK: [41, 40, 1, 0], AF_PACKET: [41, 17, 3, 0],
    };
    const words = Object.values(calls).map((call) => `[${call.join()}]`).join();
    const said = await outputOf(`perl -e 'print join " ", map { $! = 0; my ($number, @given) = @$_; syscall($number, @given) == -1 ? $! + 0 : "${LET}" } (${words}); print "\n"'`);
    const errors = said.split(" ").map(Number);
    expect(Object.fromEntries(Object.keys(calls).map((name, i) => [name, errors[i]]))).toEqual({
      ptrace: 1, keyctl: 1, process_vm_readv: 1, bpf: 1, userfaultfd: 1, io_uring_setup: 38, unshare: 1, TIOCSTI: 1, AF_ALG: 97, AF_VSOCK: 97, AF_PACKET: 97,
    });
  });

  test("can't make namespaces, mount, or change the root", async () => {
    const said = await outputOf(`
      unshare --user true 2>/dev/null && echo "LET-THROUGH unshare"
      unshare --user --map-root-user --mount true 2>/dev/null && echo "LET-THROUGH root"
      mount -t tmpfs none /tmp 2>/dev/null && echo "LET-THROUGH mount"
      mount -o remount,rw / 2>/dev/null && echo "LET-THROUGH remount"
      chroot /tmp true 2>/dev/null && echo "LET-THROUGH chroot"
      nsenter --target 1 --mount true 2>/dev/null && echo "LET-THROUGH nsenter"
      true`);
    expect(said).toBe("");
  });

  test("can write nowhere but into its home and scratch space", async () => {
    const said = await outputOf(`
      for place in / /usr /etc /title /run /run/session /proc/sys/kernel /sys /home /dev; do
        (: > $place/x) 2>/dev/null && echo "LET-THROUGH $place"
      done
      echo pwned 2>/dev/null > /title/run.sh && echo "LET-THROUGH title"
      : > /home/player/x && cd /tmp && : > x && echo "home and tmp"`);
    expect(said).toBe("home and tmp");
  });

  test("what a manifest puts into the environment is read by no program that has privileges", async () => {
    // Were it read by the programs that start the sandbox, the loader would complain in their names.
    const title = await launch("echo ran", { environment: { LD_PRELOAD: "/title/evil.so" } });
    await title.exited;
    await vi.waitFor(() => expect(title.lastOutput()).toContain("ran"));
    const complaints = title.lastOutput().split("\n").filter((line) => line.includes("LD_PRELOAD"));
    expect(complaints.every((line) => !/bwrap|setpriv|prlimit|nsenter|unshare/.test(line))).toBe(true);
  });

  test("outlives its session by no trick", async () => {
    const title = await launch(`
      trap '' TERM HUP INT
      (setsid bash -c 'trap "" TERM HUP; while true; do sleep 600; done' &)
      nohup sleep 600 >/dev/null 2>&1 &
      echo started; while true; do sleep 600; done`);
    await vi.waitFor(() => expect(title.lastOutput()).toContain("started"));
    const pids = await descendantsOf(title.pid);
    expect(pids.length).toBeGreaterThanOrEqual(4);
    await scope.close();
    await vi.waitFor(() => expect(pids.filter(isRunning)).toEqual([]));
  });

  test("belongs outside to a user that nobody else is", async ({ skip }) => {
    if (process.getuid?.() !== 0) skip("only a node that runs as root can give a title a user of its own");
    const title = await launch("sleep 60");
    const sleeper = await vi.waitFor(async () => {
      const pids = await descendantsOf(title.pid);
      const last = pids.at(-1) ?? expect.fail("nothing runs");
      expect(await readFile(`/proc/${last}/comm`, "utf8")).toMatch(/sleep/);
      return last;
    });
    const uid = Number(/^Uid:\t(\d+)/m.exec(await readFile(`/proc/${sleeper}/status`, "utf8"))?.[1]);
    expect(uid).toBeGreaterThanOrEqual(61_184);
    expect(uid).toBeLessThanOrEqual(65_519);
  });
});

test("a paused title stands still, and goes on where it was", async () => {
  const title = await launch("i=0; while true; do i=$((i+1)); echo $i > count; sleep 0.01; done");
  const read = async () => Number(await readFile(join(sessionFolder, "home", "count"), "utf8"));
  await vi.waitFor(async () => expect(await read()).toBeGreaterThan(3));
  await title.pause();
  const still = await read();
  for (let look = 0; look < 20; look++) expect((await read()) || still).toBe(still);
  await title.resume();
  await vi.waitFor(async () => expect(await read()).toBeGreaterThan(still));
  await title.pause();
  // A frozen title ends as any other.
  await scope.close();
  expect(isRunning(title.pid)).toBe(false);
});
