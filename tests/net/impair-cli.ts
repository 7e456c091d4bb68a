// `npm run impair`: a bad network between a browser and a node, for people.

import { once } from "node:events";
import { setInterval } from "node:timers/promises";
import { Scope } from "@nearframe/shared/lifetime";
import { ProfileInvalidError } from "./link/profile.ts";
import { applyOverrides, HELP, parseImpairArgs } from "./impair-options.ts";
import type { ImpairCommand } from "./impair-options.ts";
import { formatSecond } from "./impair-report.ts";
import { listProfiles, loadProfile } from "./profiles.ts";
import { createRelay } from "./relay/relay.ts";
import { ImpairUsageError } from "./units.ts";

const REPORT_MS = 1_000;

async function main(): Promise<void> {
  const command = parseImpairArgs(process.argv.slice(2));
  switch (command.kind) {
    case "help":
      process.stdout.write(HELP);
      return;
    case "list":
      return printProfiles();
    case "run":
      return run(command);
  }
}

async function printProfiles(): Promise<void> {
  for (const name of await listProfiles()) {
    process.stdout.write(`${name.padEnd(20)}${(await loadProfile(name)).about}\n`);
  }
}

/** Until Ctrl-C, a kill, or the listening socket fails. */
async function run(command: Extract<ImpairCommand, { kind: "run" }>): Promise<void> {
  const base = command.profileName === undefined ? undefined : await loadProfile(command.profileName);
  const profile = applyOverrides(base, command.overrides);
  await using scope = new Scope();
  const stop = (signal: string) => void scope.close(signal);
  process.once("SIGINT", stop).once("SIGTERM", stop);

  const { listen, to: target, seed, linkPer, json } = command;
  const relay = await createRelay({ listen, target, profile, seed, linkPer }, scope);
  const { address } = relay;
  process.stderr.write(
    `${profile.about}\nlistening on ${address.host}:${address.port}, on to ${target.host}:${target.port}, seed ${seed}; Ctrl-C ends it\n`,
  );
  let before = relay.stats();
  let second = 0;
  try {
    for await (const _ of setInterval(REPORT_MS, undefined, { signal: scope.signal })) {
      const after = relay.stats();
      second += 1;
      const line = json ? JSON.stringify({ atSecond: second, ...after }) : formatSecond(second, before, after, REPORT_MS);
      if (!process.stdout.write(`${line}\n`)) await once(process.stdout, "drain", { signal: scope.signal });
      before = after;
    }
  } catch (failure) {
    // The signal ends the wait by a throw; what it carries is a signal's name or a socket's error.
    if (!scope.closed) throw failure;
    const reason: unknown = scope.signal.reason;
    if (reason instanceof Error) throw reason;
  }
}

try {
  await main();
} catch (failure) {
  const told = failure instanceof ImpairUsageError || failure instanceof ProfileInvalidError;
  process.stderr.write(told ? `${failure.message}\n(--help lists everything)\n` : `${(failure as Error).message}\n`);
  process.exitCode = told ? 2 : 1;
}
