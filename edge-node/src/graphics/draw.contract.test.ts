// What a title that asks for a graphics card is drawn by, in its sandbox and on a session's display. Mesa's lavapipe
// is the card here: a Vulkan driver as any other, that draws on the processor and has no device.

import { execFile } from "node:child_process";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import type { TitleManifest } from "@nearframe/shared/title/manifest";
import { openXvfb } from "../display/adapters/xvfb.ts";
import { createPrivateFolder } from "../process/private-folder.ts";
import { openBubblewrap } from "../sandbox/adapters/bubblewrap.ts";
import type { Sandbox } from "../sandbox/ports.ts";
import type { Display, RunningProgram, Sound } from "../session/ports.ts";
import { openPulse } from "../sound/adapters/pulse.ts";
import type { Bridge } from "../title/bridge/open-bridge.ts";
import { createLauncher } from "../title/launch.ts";
import { SCRIPT_SIZE, scriptManifest } from "../title/testing/script-manifest.ts";
import type { Card } from "./find-cards.ts";
import { createGraphics } from "./graphics.ts";

const LAVAPIPE: Card = {
  memoryMb: undefined,
  model: "lavapipe", pciId: undefined, devices: [], facts: [], groups: [], vulkanDrivers: ["/usr/share/vulkan/icd.d/lvp_icd.x86_64.json"],
};
/** Without it zink refuses a card that is none. */
const ON_THE_PROCESSOR = { LIBGL_ALWAYS_SOFTWARE: "1" };

let machine: Scope;
let sandbox: Sandbox;
let display: Display;
let sound: Sound;
beforeAll(async () => {
  machine = new Scope();
  sandbox = await openBubblewrap({ networkAllowed: false });
  [display, sound] = await Promise.all([openXvfb(SCRIPT_SIZE, machine), openPulse(machine)]);
});
afterAll(() => machine.close());

let scope: Scope;
beforeEach(() => (scope = machine.child()));
afterEach(() => scope.close());

/** What the script said by the time it ended. */
async function outputOf(script: string, cards: readonly Card[], manifest: Partial<TitleManifest> = {}, graphics = createGraphics(cards)): Promise<string> {
  const titleFolder = await createPrivateFolder("title", scope);
  await chmod(titleFolder, 0o755);
  const sessionFolder = await createPrivateFolder("session", scope);
  await writeFile(join(titleFolder, "run.sh"), `#!/bin/bash\n(${script}) 2>&1\necho "(end)"\n`);
  await chmod(join(titleFolder, "run.sh"), 0o755);
  const launcher = createLauncher(
    { sandbox, networkAllowed: false, cacheFolder: join(sessionFolder, "cache"), graphics }, scope,
  );
  const title = await launcher.launch(
    {
      title: {
        folder: titleFolder,
        manifest: scriptManifest({ resources: { cpuCores: 1, memoryMb: 512, gpu: true, network: false }, ...manifest }),
      },
      sessionFolder, display, sound,
    },
    scope,
  );
  await title.exited;
  await vi.waitFor(() => expect(title.lastOutput()).toContain("(end)"));
  return title.lastOutput();
}

async function launchWeb(page: string, cards: readonly Card[]): Promise<RunningProgram> {
  const titleFolder = await createPrivateFolder("title", scope);
  await chmod(titleFolder, 0o755);
  const sessionFolder = await createPrivateFolder("session", scope);
  await writeFile(join(titleFolder, "index.html"), page);
  const launcher = createLauncher(
    { sandbox, networkAllowed: false, cacheFolder: join(sessionFolder, "cache"), graphics: createGraphics(cards) }, scope,
  );
  const resources = { cpuCores: 1, memoryMb: 512, gpu: cards.length > 0, network: false };
  return launcher.launch(
    { title: { folder: titleFolder, manifest: scriptManifest({ runtime: "web", page: "index.html", webgl: true, environment: ON_THE_PROCESSOR, resources }) }, sessionFolder, display, sound },
    scope,
  );
}

/** What can be read on a web title's page, once there is a button. */
async function readNames(bridge: Bridge | undefined): Promise<string[]> {
  let names: string[] = [];
  bridge?.listen((message) => {
    if (message.type === "tree" && message.nodes.some(({ role }) => role === "button")) names = message.nodes.map(({ name }) => name);
  });
  await vi.waitFor(
    () => {
      bridge?.send({ type: "tree.read", id: 1 });
      expect(names).not.toEqual([]);
    },
    { timeout: 40_000, interval: 300 },
  );
  return names;
}

/** The colour of one of the display's pixels as red, green, blue. */
async function pixelAt(x: number, y: number): Promise<number> {
  const file = await readFile(display.framebufferPath ?? "");
  return file.readUInt32LE(file.readUInt32BE(0) + file.readUInt32BE(76) * 12 + y * file.readUInt32BE(48) + x * 4) & 0xff_ffff;
}

describe("a title that asks for a card", () => {
  test("is drawn by the card's Vulkan driver, OpenGL too, by GLX and by EGL", async () => {
    const output = await outputOf("glxinfo -B; es2_info | grep GL_RENDERER", [LAVAPIPE], { environment: ON_THE_PROCESSOR });
    expect(output).toMatch(/OpenGL renderer string: zink.*\(llvmpipe/);
    expect(output).toMatch(/GL_RENDERER: zink.*\(llvmpipe/);
  });

  test("is not started on a node that has none, and the reason is said", async () => {
    await expect(outputOf("true", [])).rejects.toThrow(/drawn by a graphics card.*none that titles can use/);
  });
});

test("a title that asks for a card that is full is not started, and is once another has left it", async () => {
  const graphics = createGraphics([LAVAPIPE], { titlesMax: 1 });
  const other = scope.child();
  graphics.take(other);
  await expect(outputOf("echo drawn", [LAVAPIPE], {}, graphics)).rejects.toThrow(/as many titles as they hold.*NEARFRAME_GPU_SESSIONS/);
  await other.close();
  expect(await outputOf("echo drawn", [LAVAPIPE], {}, graphics)).toContain("drawn");
});

describe("a web title", () => {
  /** Names in a button what WebGL is drawn by. */
  const PAGE = `<!doctype html><html style="background:#103050"><body><script>
    const gl = document.createElement("canvas").getContext("webgl");
    const facts = gl?.getExtension("WEBGL_debug_renderer_info");
    document.body.append(Object.assign(document.createElement("button"), { textContent: facts ? gl.getParameter(facts.UNMASKED_RENDERER_WEBGL) : "none" }));
  </script>`;

  test.each([
    ["that asks for a card is drawn by it, what its page draws with WebGL too", [LAVAPIPE], /Vulkan.*llvmpipe/],
    ["without a card has WebGL by the processor, where it says that it draws with it", [], /SwiftShader/],
  ] as const)("%s", { timeout: 60_000 }, async (_, cards, drawnBy) => {
    const { bridge } = await launchWeb(PAGE, cards);
    expect(await readNames(bridge)).toContainEqual(expect.stringMatching(drawnBy));
    await vi.waitFor(async () => expect(await pixelAt(SCRIPT_SIZE.width - 1, SCRIPT_SIZE.height - 1)).toBe(0x10_30_50), { timeout: 20_000 });
  });
});

test("a title that asks for none is drawn by the processor, whatever cards there are", async () => {
  const resources = { cpuCores: 1, memoryMb: 512, gpu: false, network: false };
  expect(await outputOf("glxinfo -B", [LAVAPIPE], { resources })).toMatch(/OpenGL renderer string: llvmpipe/);
});

// A device of our own in place of a card's: what the kernel gives for it (zeros) is what `/dev/zero` gives.
test.runIf(process.getuid?.() === 0)("a title opens its card's device, through the group that may, and no other device", async (context) => {
  const GROUP = 105;
  // In a folder of their own, as cards' are.
  const folder = scope.own(`/dev/nearframe-${process.pid}`, (folder) => rm(folder, { recursive: true }));
  await mkdir(folder);
  const [device, other] = [join(folder, "card"), join(folder, "other")];
  for (const file of [device, other]) {
    const made = await promisify(execFile)("mknod", ["--mode=660", file, "c", "1", "5"]).catch((error: { stderr: string }) => error.stderr);
    if (typeof made === "string") return context.skip(`no device can be made here: ${made}`);
    await promisify(execFile)("chown", [`root:${GROUP}`, file]);
  }
  const card: Card = { ...LAVAPIPE, devices: [device], facts: ["/sys/class"], groups: [GROUP] };
  const look = `head -c 4 ${device} | od -An -tx1; ls ${folder}; ls -d /sys/class; touch /sys/class/x`;
  const given = await outputOf(look, [card]);
  expect(given).toContain("00 00 00 00");
  expect(given).toMatch(/^card$/m);
  expect(given).not.toMatch(/^other$/m);
  expect(given).toMatch(/^\/sys\/class$/m);
  expect(given).toMatch(/touch: .*(Read-only|Permission denied)/);
  // The same device without its group stays shut.
  expect(await outputOf(`head -c 4 ${device} | od -An -tx1`, [{ ...card, groups: [] }])).toMatch(/Permission denied/);
});
