// Runs titles as ordinary programs of the node's user: only where the operator
// has said so (NEARFRAME_SANDBOX=none), for titles that are trusted.

import { createChild } from "../../process/child.ts";
import type { Sandbox } from "../ports.ts";
import { descendantsOf } from "../limits/read-processes.ts";

const TERM_GRACE_MS = 2_000;

export const unconfined: Sandbox = {
  name: "none",
  notices: ["Titles are not confined (NEARFRAME_SANDBOX=none): run none here that you would not run yourself."],
  view: ({ homeFolder, titleFolder }) => ({ home: homeFolder, titleFolder }),
  async start({ program, environment, sessionFiles }, scope) {
    const moved = Object.entries(sessionFiles).find(([from, to]) => from !== to);
    if (moved) throw new Error(`without a sandbox ${moved[0]} can't be shown as ${moved[1]}`);
    const { file, args, folder } = program;
    const child = await createChild({ file, args, environment, folder, termGraceMs: TERM_GRACE_MS }, scope);
    const signalAll = async (signal: "SIGSTOP" | "SIGCONT") => {
      for (const pid of await descendantsOf(child.pid)) process.kill(pid, signal);
    };
    return { ...child, pause: () => signalAll("SIGSTOP"), resume: () => signalAll("SIGCONT") };
  },
};
