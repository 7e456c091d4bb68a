// What a player left behind in a title is gone with the session: searched for, and the same search found it before.

import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { access, chmod, readdir, readlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import { createGraphics } from "../graphics/graphics.ts";
import { openXvfb } from "../display/adapters/xvfb.ts";
import { createPrivateFolder } from "../process/private-folder.ts";
import { openPulse } from "../sound/adapters/pulse.ts";
import { createLauncher } from "../title/launch.ts";
import { SCRIPT_SIZE, scriptManifest } from "../title/testing/script-manifest.ts";
import { openBubblewrap } from "./adapters/bubblewrap.ts";
import { descendantsOf } from "./limits/read-processes.ts";
import type { Sandbox } from "./ports.ts";

/** Where programs leave things, in a title's eyes and in the machine's. */
const PLACES = ["/tmp", "/var/tmp", "/dev/shm", "/run"];

let machine: Scope;
let sandbox: Sandbox;
beforeAll(async () => {
  machine = new Scope();
  sandbox = await openBubblewrap({ networkAllowed: false });
});
afterAll(() => machine.close());

test("nothing that a title wrote, showed or played can be found on the machine once its session is over", async () => {
  const session = machine.child();
  const [display, sound] = await Promise.all([openXvfb(SCRIPT_SIZE, session), openPulse(session)]);
  const titleFolder = await createPrivateFolder("title", machine);
  await chmod(titleFolder, 0o755);
  const sessionFolder = await createPrivateFolder("session", session);
  // Only the running script has both halves together.
  const [half, otherHalf] = [randomUUID(), randomUUID()];
  const canary = `${half}${otherHalf}`;
  const places = ['"$HOME"', '"$HOME/deep/in/it"', ...PLACES].join(" ");
  const script = `#!/bin/bash
mkdir -p "$HOME/deep/in/it"
for place in ${places}; do echo "${half}""${otherHalf}" > "$place/left-behind" && echo "wrote $place/left-behind"; done 2> /dev/null
echo "(written)"
sleep 1000
`;
  await writeFile(join(titleFolder, "run.sh"), script);
  await chmod(join(titleFolder, "run.sh"), 0o755);
  const title = await createLauncher({ sandbox, networkAllowed: false, cacheFolder: join(sessionFolder, "cache"), graphics: createGraphics([]) }, session).launch(
    {
      title: {
        folder: titleFolder,
        manifest: scriptManifest(),
      },
      sessionFolder, display, sound,
    },
    session,
  );
  await vi.waitFor(() => expect(title.lastOutput()).toContain("(written)"), { timeout: 10_000 });
  const written = [...title.lastOutput().matchAll(/wrote (\S+)/g)].map(([, file = ""]) => file);
  expect(written.length).toBeGreaterThanOrEqual(3);

  // The machine as the title sees it, through one of its processes.
  const inside = await innermost(title.pid);
  const view = await readlink(`/proc/${inside}/ns/mnt`);
  const seen = await filesWith(canary, written.map((file) => `/proc/${inside}/root${file}`));
  expect(seen).toHaveLength(written.length);
  // Its pictures, its sound, the keys to both, and what the node keeps for the session.
  const kept = [display.framebufferPath ?? "", display.environment.XAUTHORITY ?? "", sound.monitorSocketPath, sessionFolder];
  const present = () => Promise.all(kept.map((file) => access(file).then(() => true, () => false)));
  expect(await present()).toEqual(kept.map(() => true));

  await session.close();
  // Its own file systems are gone with the last process that saw them,
  await vi.waitFor(async () => expect(await processesSeeing(view)).toEqual([]), { timeout: 5_000 });
  expect(await present()).toEqual(kept.map(() => false));
  // and the machine's have nothing of it.
  expect(await filesWith(canary, [...new Set([...PLACES, tmpdir()])])).toEqual([]);
});

async function innermost(pid: number): Promise<number> {
  const own = await readlink("/proc/self/ns/mnt");
  for (const each of (await descendantsOf(pid)).toReversed()) {
    if ((await readlink(`/proc/${each}/ns/mnt`)) !== own) return each;
  }
  throw new Error("no process of the title sees a file system of its own");
}

async function processesSeeing(view: string): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const views = await Promise.all(pids.map(async (pid) => [pid, await readlink(`/proc/${pid}/ns/mnt`).catch(() => "gone")] as const));
  return views.filter(([, each]) => each === view).map(([pid]) => pid);
}

/** By GNU grep, which says 1 where it found nothing, and 2 where it met files that came and went. */
async function filesWith(text: string, places: readonly string[]): Promise<string[]> {
  const args = ["--recursive", "--files-with-matches", "--no-messages", "--devices=skip", "--fixed-strings", text, ...places];
  const found = await promisify(execFile)("grep", args, { maxBuffer: 1 << 22 }).catch((error: { code: unknown; stdout: string }) => {
    if (error.code !== 1 && error.code !== 2) throw error;
    return error;
  });
  return found.stdout.split("\n").filter((line) => line !== "");
}
