import { expect, test } from "vitest";
import type { Confinement } from "../ports.ts";
import { bubblewrapArguments } from "./bubblewrap-arguments.ts";

const TOOLS = { bwrap: "/usr/bin/bwrap", setpriv: "/usr/bin/setpriv", prlimit: "/usr/bin/prlimit", env: "/usr/bin/env" };
const CONFINEMENT: Confinement = {
  program: { file: "/title/run", args: ["--fast"], environment: {}, folder: "/home/player" },
  environment: { LEVEL: "7", LD_PRELOAD: "/title/evil.so" },
  homeFolder: "/dev/shm/session/home",
  titleFolder: "/srv/titles/run",
  sessionFiles: { "/tmp/.X11-unix/X7": "/tmp/.X11-unix/X7" },
  displayPid: 4711,
  network: false,
  networkNames: undefined,
  nestsSandboxes: false,
  limits: { memoryMb: 100, cpuCores: 1, tasks: 50, diskMb: 10, filesInHome: 20 },
  card: undefined,
};
const DESCRIPTORS = { info: 3, seccomp: 4, wait: undefined, userNamespace: undefined };
const argumentsOf = (change: Partial<Confinement> = {}) =>
  bubblewrapArguments({ ...CONFINEMENT, ...change }, TOOLS, "/etc-of-it", DESCRIPTORS);

/** Every `--flag a b` of the command line. */
function mounts(line: readonly string[], flag: string): string[] {
  return line.flatMap((word, at) => (word === flag ? [`${line[at + 1]} ${line[at + 2]}`] : []));
}

test("only the home can be written", () => {
  expect(mounts(argumentsOf(), "--bind")).toEqual(["/dev/shm/session/home /home/player"]);
  expect(argumentsOf()).toContain("--remount-ro");
});

test("a title with a card gets its devices, what drivers look up and its group; one without gets no device", () => {
  const card = { devices: ["/dev/dri/renderD128"], facts: ["/sys/dev/char"], groups: [105] };
  const line = bubblewrapArguments({ ...CONFINEMENT, card }, TOOLS, "/etc-of-it", { ...DESCRIPTORS, userNamespace: 5 });
  expect(mounts(line, "--dev-bind")).toEqual(["/dev/dri/renderD128 /dev/dri/renderD128"]);
  expect(mounts(line, "--ro-bind")).toContain("/sys/dev/char /sys/dev/char");
  expect(line.indexOf("--dev-bind")).toBeGreaterThan(line.indexOf("--dev"));
  expect(line.indexOf("--dev-bind")).toBeLessThan(line.indexOf("--remount-ro"));
  expect(line[line.indexOf("--groups") + 1]).toBe("105");
  expect(argumentsOf()).not.toContain("--dev-bind");
  expect(argumentsOf()).not.toContain("--groups");
});

test("the network is never the machine's, and the display's memory is shared only where that is said", () => {
  expect(argumentsOf()).toContain("--unshare-net");
  expect(argumentsOf({ network: true })).toContain("--unshare-net");
  expect(argumentsOf()).not.toContain("--unshare-ipc");
  expect(argumentsOf({ displayPid: undefined })).toContain("--unshare-ipc");
});

test("the title's environment comes after the last program that has privileges", () => {
  const line = argumentsOf();
  const env = line.lastIndexOf("/usr/bin/env");
  expect(env).toBeGreaterThan(line.lastIndexOf("/usr/bin/prlimit"));
  expect(line.slice(env)).toEqual(["/usr/bin/env", "-i", "LEVEL=7", "LD_PRELOAD=/title/evil.so", "/title/run", "--fast"]);
  expect(line.slice(0, env).join(" ")).not.toContain("evil");
});

test("a namespace made for it is entered as its player, who has no privilege", () => {
  const line = bubblewrapArguments(CONFINEMENT, TOOLS, "/etc-of-it", { ...DESCRIPTORS, userNamespace: 5 });
  expect(line.join(" ")).toContain("--userns 5");
  expect(line).not.toContain("--unshare-user");
  expect(line.join(" ")).toContain("--reuid 1000 --regid 1000 --clear-groups --inh-caps=-all --ambient-caps=-all --bounding-set=-all --no-new-privs");
});
