// Warm titles with everything real: display, sound, sandbox and the test card.

import { chmod, mkdtemp, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import type { Title } from "@nearframe/shared/title/manifest";
import { readTestCard } from "@nearframe/shared/title/test-card-layout";
import { createGraphics } from "../graphics/graphics.ts";
import { openXvfb } from "../display/adapters/xvfb.ts";
import { openXtestSink } from "../input/adapters/xtest.ts";
import { createPrivateFolder, memoryFolder } from "../process/private-folder.ts";
import { isRunning } from "../process/testing/is-running.ts";
import { descendantsOf } from "../sandbox/limits/read-processes.ts";
import { openSandbox } from "../sandbox/open-sandbox.ts";
import type { Sandbox } from "../sandbox/ports.ts";
import type { Display, WarmTitle } from "../session/ports.ts";
import type { SessionEvents } from "../session/session.ts";
import { openPulse } from "../sound/adapters/pulse.ts";
import { createLauncher } from "../title/launch.ts";
import { firstPicture } from "./first-picture.ts";
import { createWarmTitles, type NodeWarmTitles } from "./warm-titles.ts";

const SIZE = { width: 640, height: 360 };

describe.each(["bubblewrap", "none"] as const)("in the sandbox %s", (sandboxName) => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await openSandbox(sandboxName, { networkAllowed: false });
  });

  let scope: Scope;
  let node: Scope;
  let session: Scope;
  let folder: string;
  let title: Title;
  let warm: NodeWarmTitles;
  beforeEach(async () => {
    scope = new Scope();
    [node, session] = [scope.child(), scope.child()];
    folder = await createPrivateFolder("warm", scope, await memoryFolder());
    // A confined title runs as a user of its own.
    await chmod(folder, 0o755);
    title = {
      folder,
      manifest: {
        id: "card", name: "Card", summary: "A title for a test.", publisher: "Nobody", credits: "None", category: "tool",
        art: { cover: "cover", hero: "hero", accent: "#ffffff" }, runtime: "test-card", size: SIZE, fps: 60,
        input: { keyboard: true, pointer: "absolute", touch: false }, savePaths: [],
        resources: { cpuCores: 1, memoryMb: 160, gpu: false, network: false },
      },
    };
    warm = createWarmTitles(
      {
        openDisplay: openXvfb,
        openSound: openPulse,
        openInputSink: (display, _, owner) => openXtestSink(display, owner),
        launchTitle: createLauncher({ sandbox, networkAllowed: false, cacheFolder: join(folder, "cache"), graphics: createGraphics([]) }, node).launch,
        findTitle: async (found) => found,
        createFolder: () => mkdtemp(join(folder, "copy-")),
        firstPicture,
        onChanged: () => {},
        room: () => ({ slots: 2, memoryFreeMb: 10_000 }),
        cardPlaces: () => 0,
        nowMs: () => performance.now(),
        log: { info() {}, warn() {} },
      },
      node,
    );
  });
  afterEach(() => scope.close());

  const copies = async () => (await readdir(folder)).filter((name) => name.startsWith("copy-"));
  const untilWarm = () => vi.waitFor(() => expect(warm.has(title, undefined)).toBe(true), { timeout: 20_000 });
  const take = (): WarmTitle => warm.take(title, undefined, session) ?? expect.fail("nothing is warm");

  async function frameOf(display: Display): Promise<number | undefined> {
    const file = await readFile(display.framebufferPath ?? "");
    const data = file.subarray(file.readUInt32BE(0) + file.readUInt32BE(76) * 12);
    return readTestCard({ data, ...SIZE, bytesPerPixel: 4, bytesPerRow: file.readUInt32BE(48) }, SIZE).frame;
  }

  async function cpuTicksOf(pids: readonly number[]): Promise<number> {
    const texts = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, "utf8")));
    return texts
      .map((text) => text.slice(text.lastIndexOf(")") + 2).split(" "))
      .reduce((sum, fields) => sum + Number(fields[11]) + Number(fields[12]), 0);
  }

  test("a copy stands still until a session takes it, and is then that session's", { timeout: 60_000 }, async () => {
    warm.want([{ title, count: 1 }]);
    await untilWarm();
    const copy = take();
    expect(warm.has(title, undefined)).toBe(false);
    warm.want([]);
    const pids = await descendantsOf(copy.running.pid);
    const still = [await frameOf(copy.display), await cpuTicksOf(pids)];
    // The display's own clock says how long: so many round trips that the card would have drawn in between.
    for (let i = 0; i < 200; i++) await copy.sink.apply([{ kind: "move-to", x: i / 200, y: 0.5 }]);
    expect([await frameOf(copy.display), await cpuTicksOf(pids)]).toEqual(still);

    session.adopt(copy.program);
    await copy.running.resume();
    await vi.waitFor(async () => expect(await frameOf(copy.display)).toBeGreaterThan((still[0] ?? 0) + 30), { timeout: 10_000 });
    expect(await descendantsOf(copy.running.pid)).toEqual(pids);

    await node.close();
    expect(pids.every(isRunning)).toBe(true);
    await session.close();
    await vi.waitFor(() => expect([copy.running.pid, copy.display.processId ?? 0, ...pids].filter(isRunning)).toEqual([]));
    expect(await copies()).toEqual([]);
  });

  test("another title, or another version, is not what is warm", { timeout: 30_000 }, async () => {
    warm.want([{ title, count: 1 }]);
    await untilWarm();
    expect(warm.take({ ...title, manifest: { ...title.manifest, fps: 30 } }, undefined, session)).toBeUndefined();
    expect(warm.take(title, { ticket: "t", digest: "0".repeat(64) }, session)).toBeUndefined();
    expect(warm.take({ ...title, folder: "/elsewhere" }, undefined, session)).toBeUndefined();
  });

  test("one that is killed leaves nothing, and is replaced", { timeout: 60_000 }, async () => {
    warm.want([{ title, count: 1 }]);
    await untilWarm();
    const [first] = await copies();
    const card = (await descendantsOf(process.pid)).filter((pid) => pid !== process.pid);
    for (const pid of card) if ((await commandOf(pid)).includes("Xvfb")) process.kill(pid, "SIGKILL");
    await vi.waitFor(() => expect(warm.has(title, undefined)).toBe(false), { timeout: 10_000 });
    await vi.waitFor(async () => expect(await copies()).not.toContain(first), { timeout: 10_000 });
    await untilWarm();
    expect(await copies()).toHaveLength(1);
  });

  test("a session that starts has the machine to itself, and the node's end leaves nothing", { timeout: 60_000 }, async () => {
    warm.want([{ title, count: 1 }]);
    await vi.waitFor(async () => expect(await copies()).toHaveLength(1), { timeout: 10_000, interval: 5 });
    const events = warm.watch({ onStep() {} } as unknown as SessionEvents, session);
    await vi.waitFor(async () => expect(await copies()).toEqual([]), { timeout: 10_000 });
    events.onStep("first-picture");
    await untilWarm();
    const pids = await descendantsOf(process.pid);
    const parts = (await Promise.all(pids.map(async (pid) => ({ pid, command: await commandOf(pid) }))))
      .filter(({ command }) => /Xvfb|pulseaudio|test-card/.test(command));
    expect(parts.length).toBeGreaterThanOrEqual(3);
    await node.close();
    await vi.waitFor(() => expect(parts.filter(({ pid }) => isRunning(pid))).toEqual([]), { timeout: 10_000 });
    expect(await copies()).toEqual([]);
    expect((await stat(folder)).isDirectory()).toBe(true);
  });
});

const commandOf = (pid: number): Promise<string> => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
