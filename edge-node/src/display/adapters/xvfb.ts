// A screen in memory for one session: Xvfb at the title's size.
//
// Its pixels are in a mapped file (`-fbdir`) that capture reads without asking
// the server. It draws no cursor: a title that wants one under its own control
// draws it, and for the rest the player's browser shows one that never lags.

import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withTimeout } from "@nearframe/shared/lifetime";
import type { TitleSize } from "@nearframe/shared/title/manifest";
import { createChild, describeExit } from "../../process/child.ts";
import { requireCommand } from "../../process/find-command.ts";
import { preferProcess } from "../../process/priority.ts";
import { createPrivateFolder, memoryFolder } from "../../process/private-folder.ts";
import type { Display, OpenDisplay } from "../../session/ports.ts";
import { writeXauthority } from "../../x11/xauthority.ts";

/** About 0.1 s on an idle machine; a busy one may take a while to compile the keymap. */
const START_TIMEOUT_MS = 10_000;
const COOKIE_BYTES = 16;

export const openXvfb: OpenDisplay = async (size, scope) => {
  const file = await requireCommand("Xvfb", "xvfb");
  const folder = await createPrivateFolder("display", scope, await memoryFolder());
  const authority = join(folder, "Xauthority");
  await writeFile(authority, writeXauthority(randomBytes(COOKIE_BYTES)), { mode: 0o600 });

  const ready = Promise.withResolvers<number>();
  let reported = "";
  const [unshare, namespaces] = await ownIpcNamespace();
  const server = await createChild(
    {
      file: unshare,
      args: [...namespaces, "--", file, ...xvfbArguments(size, folder, authority)],
      // xkbcomp, which compiles the keymap, is found on the PATH.
      environment: { PATH: "/usr/bin:/bin", HOME: folder },
      folder,
      onReport: (text) => {
        reported += text;
        if (reported.endsWith("\n")) ready.resolve(Number.parseInt(reported, 10));
      },
    },
    scope,
  );
  // A title waits for it, and so does every frame. The pipeline tells of a refusal, for both.
  preferProcess(server.pid);
  const exited = server.exited.then((exit) => `Xvfb ended ${describeExit(exit)}: ${server.lastOutput()}`);
  const number = await withTimeout(
    Promise.race([ready.promise, exited.then(fail)]),
    START_TIMEOUT_MS,
    "Xvfb did not get ready",
  );
  const name = `:${number}`;
  return {
    name,
    size,
    environment: { DISPLAY: name, XAUTHORITY: authority },
    framebufferPath: join(folder, "Xvfb_screen0"),
    processId: server.pid,
    closed: exited.then((why) => (scope.closed ? "closed by its owner" : why)),
  } satisfies Display;
};

/**
 * A title shares memory with its display, and with nobody else: both live in an IPC
 * namespace that begins with the display. unshare(1) becomes the display, so its
 * process number stays.
 */
async function ownIpcNamespace(): Promise<[string, string[]]> {
  const asUser = process.getuid?.() === 0 ? [] : ["--user", "--map-current-user"];
  return [await requireCommand("unshare", "util-linux"), [...asUser, "--ipc"]];
}

function xvfbArguments(size: TitleSize, folder: string, authority: string): string[] {
  return [
    // The server takes the first number whose socket it can bind, so displays
    // that start at the same time never collide, and reports it here.
    "-displayfd", "3",
    "-screen", "0", `${size.width}x${size.height}x24`,
    "-fbdir", folder,
    "-auth", authority,
    "-nolisten", "tcp",
    "-nocursor",
    // No reset when the last program leaves, no blanking when nobody plays.
    "-noreset",
    "-s", "0",
    "-dpi", "96",
  ];
}

function fail(why: string): never {
  throw new Error(why);
}

