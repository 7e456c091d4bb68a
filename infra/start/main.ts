// `npm start`, after set-up: a server and its edge nodes, kept running until
// Ctrl-C. Everything started here is owned by one scope and ends with it.

import os from "node:os";
import path from "node:path";
import { systemClock } from "@nearframe/shared/clock";
import { Scope } from "@nearframe/shared/lifetime";
import { parseStartOptions, type StartOptions } from "../commands/options.mjs";
import { NOTICES_VARIABLE } from "../hand-over.mjs";
import { listAddresses } from "./addresses.ts";
import { listTitles, readNodeToken } from "./ask-server.ts";
import { keepRunning, type KeptProgram } from "./keep-running.ts";
import { formatLogLine } from "./log-lines.ts";
import { askPort, explainPort, findFreePort } from "./port.ts";
import { explainEncoder, explainMissing, findPrograms, hasEncoder } from "./preflight.ts";
import { ProgramFailedError, startProgram } from "./program.ts";
import { nodePrograms, serverProgram, type ProgramSpec, type StartPlan } from "./programs.ts";
import { stopOnSignals } from "./stop-on-signals.ts";
import { formatSummary } from "./summary.ts";

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
  await checkMachine(options);
  const plan: StartPlan = { ...options, root, dataFolder: path.resolve(root, options.dataFolder) };
  const ports = {
    startProgram: (spec: ProgramSpec) =>
      startProgram(spec, (line, source) => {
        const text = formatLogLine({ program: spec.name, line, source, verbose: options.verbose });
        if (text !== undefined) console.error(text);
      }),
    clock: systemClock,
    say: (sentence: string) => console.error(sentence),
  };
  const server = await keepRunning(serverProgram(plan, process.env), ports, scope);
  running.push(server);

  const token = await readNodeToken(plan.dataFolder, process.env.NEARFRAME_NODE_TOKEN);
  const specs = nodePrograms(plan, token, process.env);
  // Nodes end before the server, and all at once.
  const nodeScopes = specs.map(() => new Scope());
  scope.own(nodeScopes, async () => {
    await Promise.all(nodeScopes.map((nodeScope) => nodeScope.close("end")));
  });
  const nodes = await Promise.all(specs.map((spec, index) => keepRunning(spec, ports, nodeScopes[index] ?? scope)));
  running.push(...nodes);
  for (const program of running) void program.givenUp.then(fail);

  const titles = await listTitles(options.port);
  console.log(
    formatSummary({
      addresses: listAddresses(options.port, os.networkInterfaces()),
      titleNames: titles.names,
      // Nodes of one machine mostly lack the same.
      notices: [
        ...parseNotices(process.env[NOTICES_VARIABLE]),
        ...new Set(nodes.flatMap(({ ready }) => strings(ready.notices))),
        ...titles.notices,
      ],
      nodeCount: nodes.length,
      startedInMs: performance.now() - startedAtMs,
    }),
  );
}

async function checkMachine({ port, pipeline }: StartOptions): Promise<void> {
  const platform = `${process.platform}-${process.arch}`;
  const missing =
    explainMissing(await findPrograms(process.env.PATH ?? "")) ??
    explainEncoder(pipeline, platform, await hasEncoder(root, pipeline, platform));
  if (missing !== undefined) throw new CannotStartError(missing);
  const host = process.env.HOST || undefined;
  const answer = await askPort(port, host);
  if (answer === "free") return;
  throw new CannotStartError(explainPort(port, answer, await findFreePort(Math.max(port, 1024), host)));
}

/** What set-up had to say. */
function parseNotices(text: string | undefined): string[] {
  return text === undefined ? [] : strings(JSON.parse(text));
}

function strings(value: unknown): string[] {
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
