// One edge node: the only place that knows every concrete part.

import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pino, type Logger } from "pino";
import { systemClock } from "@nearframe/shared/clock";
import { Scope } from "@nearframe/shared/lifetime";
import { RUNTIMES } from "@nearframe/shared/title/manifest";
import { openXvfb } from "./display/adapters/xvfb.ts";
import { openHostSink } from "./input/adapters/host-sink.ts";
import { whyNoUinput } from "./input/adapters/uinput.ts";
import { readMachineFacts } from "./media/encode/trial/machine-facts.ts";
import { assumeEncoders, openNodeEncoders, type NodeEncoders } from "./media/encode/trial/node-encoders.ts";
import { tryEncoders } from "./media/encode/trial/try-encoders.ts";
import { PIPELINES } from "./media/pipelines.ts";
import { isLocal, mediaAddresses } from "./node/addresses.ts";
import { createAgent, type Agent } from "./node/agent.ts";
import { ConfigError, parseConfig, type NodeConfig } from "./node/config.ts";
import { preferProcess } from "./process/priority.ts";
import { memoryFolder, sweepPrivateFolders } from "./process/private-folder.ts";
import { createSession } from "./session/session.ts";
import { createMediasoupSfu, SfuStartError } from "./sfu/adapters/mediasoup/sfu.ts";
import { openPulse } from "./sound/adapters/pulse.ts";
import { openSandbox } from "./sandbox/open-sandbox.ts";
import { createLaunchTitle } from "./title/launch.ts";

/** A session encodes for about half a core and its title wants the rest of one. */
const CORES_PER_SESSION = 1;

const scope = new Scope();

async function main(): Promise<void> {
  const config = parseConfig(process.env);
  const log = pino({ name: "edge-node", level: config.logLevel, base: {} });
  closeOnSignals(log);

  // Input comes through this process; the media server's own priority is raised where it starts.
  const refused = preferProcess(process.pid);
  if (refused !== undefined) log.warn({ refused }, "this process runs like any other; give it CAP_SYS_NICE");
  const pipeline = PIPELINES[config.pipeline];
  const sfu = await createMediasoupSfu(
    {
      addresses: mediaAddresses(os.networkInterfaces(), config.announcedAddress, isLocal(config.serverUrl)),
      port: config.mediaPort,
      onWarning: (message) => log.warn(message),
    },
    scope,
  );
  const folders = await memoryFolder();
  // What a node that was killed could not take away itself.
  await sweepPrivateFolders([folders, os.tmpdir()]);
  const noPads = await whyNoUinput();
  const sandbox = await openSandbox(config.sandbox, { networkAllowed: config.titleNetworkAllowed });
  const launchTitle = createLaunchTitle(sandbox, { networkAllowed: config.titleNetworkAllowed });
  const notices = [
    ...(noPads === undefined ? [] : [`${noPads}; pads are played as the keys that a title's manifest names`]),
    ...sandbox.notices,
  ];

  // The fallback has an encoder of its own.
  const encoders = config.pipeline === "damage" ? await openEncoders(config) : undefined;

  const agent = createAgent(
    {
      serverUrl: config.serverUrl,
      token: config.token,
      nodeId: await nodeId(config),
      name: config.name ?? os.hostname(),
      runtimes: RUNTIMES,
      slots: config.slots ?? Math.max(1, Math.floor(os.availableParallelism() / CORES_PER_SESSION)),
      notices,
      bitrateKbps: config.bitrateKbps,
    },
    {
      createSession: (start, events, sessionScope) =>
        createSession(
          {
            openDisplay: openXvfb,
            openSound: openPulse,
            launchTitle,
            openInputSink: openHostSink,
            createPipeline: pipeline.create,
            pipelineTraits: pipeline.traits,
            encoders: () => encoders?.usable() ?? assumeEncoders(["x264"]),
            sfu,
            clock: systemClock,
            createFolder: () => mkdtemp(path.join(folders, `nearframe-session-${process.pid}-`)),
            log: (sessionId, detail) => log.warn({ sessionId }, detail),
          },
          start,
          events,
          sessionScope,
        ),
      encoders: () => encoders?.tried(),
      random: Math.random,
      log,
    },
    scope,
  );

  void sfu.closed.then((why) => {
    if (!scope.closed) void stop(1, why);
  });
  void agent.refused.then((why) => stop(1, why));
  await agent.registered;
  log.info({ server: config.serverUrl, pipeline: config.pipeline }, "ready");
  process.send?.({ type: "ready", notices });
  // Only now: a first start is not held up by it, and later ones find what this one kept.
  if (encoders) void findOut(encoders, agent, log);
}

async function findOut(encoders: NodeEncoders, agent: Agent, log: Logger): Promise<void> {
  try {
    if (await encoders.tryIfUnknown()) agent.tellEncoders();
    for (const encoder of encoders.tried() ?? []) log.info({ encoder }, encoder.opened ? "encoder" : "no such encoder");
  } catch (error) {
    // Sessions go on with what every machine has.
    if (!scope.closed) log.warn({ err: error }, "the encoders could not be tried");
  }
}

const openEncoders = ({ dataFolder, encoders }: NodeConfig): Promise<NodeEncoders> =>
  openNodeEncoders({ dataFolder, allowed: encoders }, { readFacts: readMachineFacts, tryEncoders }, scope);

/** The node's name for itself, kept across restarts. */
async function nodeId(config: NodeConfig): Promise<string> {
  const file = path.join(config.dataFolder, "node-id");
  await mkdir(config.dataFolder, { recursive: true });
  try {
    return (await readFile(file, "utf8")).trim();
  } catch {
    const id = `node-${randomUUID()}`;
    await writeFile(file, `${id}\n`, { mode: 0o600 });
    return id;
  }
}

function closeOnSignals(log: { info(message: string): void }): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      log.info(`${signal}: closing`);
      void stop(0);
    });
  }
  // Started by another process that is gone: nobody would stop this one.
  process.on("disconnect", () => void stop(0));
}

let stopping = false;
async function stop(code: number, why?: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  if (why !== undefined) console.error(`edge node: ${why}`);
  await scope.close("stop").catch((error: Error) => console.error(`edge node: ${error.message}`));
  process.exit(code);
}

main().catch((error: unknown) => {
  const known = error instanceof ConfigError || error instanceof SfuStartError;
  if (scope.closed) return;
  void stop(1, known ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error));
});
