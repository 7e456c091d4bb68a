// The phone that comes with Nearframe, in its sandbox: its home screen, and an app.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { FromTitle } from "../bridge/messages.ts";
import { CODES } from "@nearframe/shared/input/codes";
import { waysOf } from "@nearframe/shared/title/ways";
import type { TreeNode } from "@nearframe/shared/agent/agent";
import { Scope } from "@nearframe/shared/lifetime";
import { parseManifest, type Title } from "@nearframe/shared/title/manifest";
import { createGraphics } from "../../graphics/graphics.ts";
import { openXvfb } from "../../display/adapters/xvfb.ts";
import { openXtestSink } from "../../input/adapters/xtest.ts";
import { commandFolders, findCommand } from "../../process/find-command.ts";
import { createPrivateFolder } from "../../process/private-folder.ts";
import { openSandbox } from "../../sandbox/open-sandbox.ts";
import type { Display } from "../../session/ports.ts";
import { openPulse } from "../../sound/adapters/pulse.ts";
import { createLauncher } from "../launch.ts";

const FOLDER = fileURLToPath(new URL("../../../titles/phone", import.meta.url));
const PHOC = await findCommand("phoc", commandFolders());
/** The column of the calculator's "=", the one thing in orange; how high it stands depends on the keyboard below it. */
const EQUALS = Array.from({ length: 30 }, (_, step) => ({ x: 0.84, y: 0.4 + step * 0.018 }));

const NOTIFY =
  "gdbus call --session --dest org.freedesktop.Notifications --object-path /org/freedesktop/Notifications " +
  "--method org.freedesktop.Notifications.Notify shop 0 '' 'Milk is out' 'Two bottles' '[]' '{}' 20000";

let scope: Scope;
beforeEach(() => {
  scope = new Scope();
});
afterEach(() => scope.close());

async function readPhone(): Promise<Title> {
  const parsed = parseManifest(await readFile(join(FOLDER, "title.json"), "utf8"), "title.json");
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return { manifest: parsed.manifest, folder: FOLDER };
}

type Box = NonNullable<TreeNode["box"]>;
type Pixel = { red: number; green: number; blue: number };

/** At a share of the display's width and height. */
async function pixelAt(display: Display, { x, y }: { x: number; y: number }): Promise<Pixel> {
  const file = await readFile(display.framebufferPath ?? "");
  const [left, top] = [Math.floor(x * display.size.width), Math.floor(y * display.size.height)];
  const at = file.readUInt32BE(0) + file.readUInt32BE(76) * 12 + top * file.readUInt32BE(48) + left * 4;
  return { blue: file[at] ?? 0, green: file[at + 1] ?? 0, red: file[at + 2] ?? 0 };
}

describe.skipIf(!PHOC)("the phone", () => {
  test("shows its home screen, opens an app at a tap, can be read and copied from, goes home and back, shows an app's notification over another, and keeps its settings in the home", { timeout: 90_000 }, async () => {
    const phone = await readPhone();
    const [display, sound] = await Promise.all([openXvfb(phone.manifest.size, scope), openPulse(scope)]);
    const sandbox = await openSandbox("bubblewrap", { networkAllowed: false });
    const sessionFolder = await createPrivateFolder("session", scope);
    const launcher = createLauncher({ sandbox, networkAllowed: false, cacheFolder: join(sessionFolder, "cache"), graphics: createGraphics([]) }, scope);
    const { bridge } = await launcher.launch({ title: phone, sessionFolder, display, sound }, scope);

    // The wallpaper, below the icons: neither black nor grey.
    await vi.waitFor(
      async () => {
        const { red, blue } = await pixelAt(display, { x: 0.5, y: 0.42 });
        expect(blue - red).toBeGreaterThan(20);
      },
      { timeout: 40_000, interval: 250 },
    );

    const sink = await openXtestSink(display, scope);
    const tap = async ({ x, y, width, height }: Box) => {
      await sink.apply([{ kind: "move-to", x: (x + width / 2) / display.size.width, y: (y + height / 2) / display.size.height }]);
      await sink.apply([{ kind: "button", button: 0, down: true }]);
      await sink.apply([{ kind: "button", button: 0, down: false }]);
    };
    const heard: FromTitle[] = [];
    bridge?.listen((message) => heard.push(message));
    /** Asks for what is on the screen until this is, and says where. */
    const find = (role: string, name: string): Promise<Box> =>
      vi.waitFor(
        () => {
          const tree = heard.findLast((message) => message.type === "tree");
          bridge?.send({ type: "tree.read", id: heard.length });
          const box = tree?.nodes.find((node) => node.role === role && node.name === name)?.box;
          return box ?? expect.fail(`no ${role} "${name}" among ${tree?.nodes.map((node) => node.name).join(", ")}`);
        },
        { timeout: 20_000, interval: 500 },
      );
    const icon = await find("push button", "Calculator");
    const opens = () =>
      vi.waitFor(
        async () => {
          const pixels = await Promise.all(EQUALS.map((place) => pixelAt(display, place)));
          expect(pixels.some(({ red, green, blue }) => red - blue > 100 && green < red)).toBe(true);
        },
        { timeout: 15_000, interval: 250 },
      );
    // The wallpaper is there before the icons: a tap in between is for nothing.
    await tap(icon);
    await opens().catch(async () => {
      await tap(icon);
      await opens();
    });
    // What is read now is the app, and lies where it says.
    await tap(await find("push button", "7"));
    await vi.waitFor(
      () => {
        bridge?.send({ type: "tree.read", id: heard.length });
        const tree = heard.findLast((message) => message.type === "tree");
        expect(tree?.nodes.find(({ focused }) => focused)).toMatchObject({ role: "text", value: "7" });
      },
      { timeout: 10_000, interval: 500 },
    );
    await vi.waitFor(() => expect(heard).toContainEqual({ type: "text-focus", focused: true, kind: "text" }), { timeout: 10_000 });
    const press = async (codes: readonly string[]) => {
      for (const down of [true, false]) {
        await sink.apply((down ? codes : codes.toReversed()).map((code) => ({ kind: "key", code: CODES[code] ?? 0, down })));
      }
    };
    await press(["ControlLeft", "KeyC"]);
    await vi.waitFor(() => expect(heard).toContainEqual({ type: "copied", text: "7" }), { timeout: 10_000 });

    // The page's buttons for a phone's ways, as it presses them: to the home screen and back to the app, by either.
    const ways = waysOf("phone") ?? {};
    for (const way of ["recents", "home"] as const) {
      await press(ways[way] ?? []);
      await find("text", "Search");
      await tap(await find("push button", "Calculator"));
      await find("push button", "7");
    }

    // An app tells of something: over whatever is in front, for whoever looks and for whoever reads.
    await press(ways.home ?? []);
    await tap(await find("push button", "Console"));
    await find("label", "~");
    await sink.apply([{ kind: "text", text: NOTIFY }]);
    await press(["Enter"]);
    await find("label", "Two bottles");
    const summary = await find("label", "Milk is out");
    const row = Array.from({ length: 60 }, (_, step) => ({
      x: (summary.x + (summary.width * step) / 60) / display.size.width, y: (summary.y + summary.height / 2) / display.size.height,
    }));
    const letters = (await Promise.all(row.map((place) => pixelAt(display, place)))).filter(({ red, green, blue }) => Math.min(red, green, blue) > 150);
    expect(letters.length).toBeGreaterThan(3);
    expect(letters.length).toBeLessThan(50);
    expect(await readFile(join(sessionFolder, "home/.config/glib-2.0/settings/keyfile"), "utf8")).toContain("favorites");
  });
});
