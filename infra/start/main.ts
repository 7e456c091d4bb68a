// `npm start`, after set-up: a server and its edge nodes, kept running until
// Ctrl-C. Everything started here is owned by one scope and ends with it.

import { randomBytes } from "node:crypto";
import os from "node:os";
import path from "node:path";
import { systemClock } from "@nearframe/shared/clock";
import { Scope } from "@nearframe/shared/lifetime";
import { parseStartOptions } from "../commands/options.mjs";
import { listAddresses } from "./addresses.ts";
import { keepRunning, type KeptProgram } from "./keep-running.ts";
import { formatLogLine } from "./log-lines.ts";
import { askPort, explainPort, findFreePort } from "./port.ts";
import { explainMissing, findPrograms } from "./preflight.ts";
import { ProgramFailedError, startProgram } from "./program.ts";
import { listPrograms, type ProgramSpec } from "./programs.ts";
import { readSetupReport } from "./setup-report.ts";
import { stopOnSignals } from "./stop-on-signals.ts";
import { formatSummary } from "./summary.ts";
import { listTitleRoots } from "./title-roots.ts";

/** Something that a person has to mend first; the message says what. */
class CannotStartError extends Error {}

const root = path.join(import.meta.dirname, "..", "..");
const scope = new Scope();
const running: KeptProgram[] = [];

stopOnSignals({
  stop: () => void end(0),
  hurry: () => {
    for (const program of running) program.kill();
  },
});

try {
  await start();
} catch (error) {
  if (!scope.closed) await fail(error);
}

async function start(): Promise<void> {
  const startedAtMs = performance.now();
  const options = parseStartOptions(process.argv.slice(2), process.env);
  const report = readSetupReport(process.env);
  await checkMachine(options.port);

  const { server, nodes } = listPrograms(
    {
      root,
      port: options.port,
      dataFolder: path.resolve(root, options.dataFolder),
      titleRoots: await listTitleRoots(root, options.titleFolders, new Set(report.titlesLeftOut)),
      edgeCount: options.edgeCount,
      pipeline: options.pipeline,
      verbose: options.verbose,
      // Strangers on the network may play, but not pass themselves off as a node.
      nodeToken: process.env.NEARFRAME_NODE_TOKEN ?? randomBytes(24).toString("base64url"),
    },
    process.env,
  );
  const ports = {
    startProgram: (spec: ProgramSpec) =>
      startProgram(spec, (line) => {
        const text = formatLogLine(spec.name, line, options.verbose);
        if (text !== undefined) console.error(text);
      }),
    clock: systemClock,
    say: (sentence: string) => console.error(sentence),
  };
  const keptServer = await keepRunning(server, ports, scope);
  running.push(keptServer);
  // Nodes end before the server, and all at once.
  const nodeScopes = scope.own(nodes.map(() => new Scope()), async (scopes) => {
    await Promise.all(scopes.map((nodeScope) => nodeScope.close("end")));
  });
  const keptNodes = await Promise.all(nodes.map((spec, index) => keepRunning(spec, ports, nodeScopes[index] ?? scope)));
  running.push(...keptNodes);
  for (const program of running) void program.givenUp.then(fail);

  const addresses = listAddresses(options.port, os.networkInterfaces());
  console.log(
    formatSummary({
      addresses,
      titleNames: readNames(keptServer.ready.titles),
      notices: [...report.notices, ...running.flatMap(({ ready }) => readNames(ready.notices))],
      nodeCount: nodes.length,
      startedInMs: performance.now() - startedAtMs,
    }),
  );
}

async function checkMachine(port: number): Promise<void> {
  const missing = explainMissing(await findPrograms(process.env.PATH ?? ""));
  if (missing !== undefined) throw new CannotStartError(missing);
  const answer = await askPort(port);
  if (answer !== "free") throw new CannotStartError(explainPort(port, answer, await findFreePort(Math.max(port, 1024))));
}

/** A list of strings from another process's message; anything else there is left out. */
function readNames(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === "string") : [];
}

async function fail(error: unknown): Promise<void> {
  if (error instanceof ProgramFailedError && error.output !== "") console.error(`\n${error.output}`);
  const known = error instanceof ProgramFailedError || error instanceof CannotStartError;
  console.error(`\n${known ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  await end(1);
}

async function end(exitCode: number): Promise<void> {
  if (scope.closed) return;
  try {
    await scope.close("end");
  } catch (error) {
    console.error(`Not everything ended as it should: ${error instanceof Error ? error.message : String(error)}`);
  }
  process.exit(exitCode);
}
