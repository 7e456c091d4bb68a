// One edge node: the only place that knows every concrete part.

import { mkdtemp } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pino, type Logger } from "pino";
import { systemClock } from "@nearframe/shared/clock";
import { Scope } from "@nearframe/shared/lifetime";
import type { Title, TitleManifest } from "@nearframe/shared/title/manifest";
import type { TitleSource } from "@nearframe/shared/title-store/package";
import { createCheckAnswers } from "./checks/answer-checks.ts";
import { createBenchmarks } from "./checks/benchmarks.ts";
import { openXvfb } from "./display/adapters/xvfb.ts";
import { findCards } from "./graphics/find-cards.ts";
import { createGraphics } from "./graphics/graphics.ts";
import { openHostSink } from "./input/adapters/host-sink.ts";
import { whyNoUinput } from "./input/adapters/uinput.ts";
import { readMachineFacts } from "./media/encode/trial/machine-facts.ts";
import { assumeEncoders, openNodeEncoders, type NodeEncoders } from "./media/encode/trial/node-encoders.ts";
import { tryEncoders } from "./media/encode/trial/try-encoders.ts";
import { createEncoderSessions } from "./media/encode/encoder-sessions.ts";
import { DAMAGE_SETTINGS, damagePipeline } from "./media/adapters/damage/pipeline.ts";
import { keepSpareProgram } from "./media/adapters/damage/program.ts";
import { PIPELINES } from "./media/pipelines.ts";
import { isLocal, mediaAddresses } from "./node/addresses.ts";
import { createAgent, type Agent } from "./node/agent.ts";
import { ConfigError, parseConfig, type AndroidConfig, type NodeConfig } from "./node/config.ts";
import { claimDataFolder, DataFolderError } from "./node/data-folder.ts";
import { IdentityError, openIdentity } from "./node/identity.ts";
import { makeInventory } from "./node/inventory.ts";
import { readHardware, readTimeZone } from "./node/machine.ts";
import { askOverHttp, createProbePoints } from "./node/probe-points.ts";
import { findRunnable, type Runnable } from "./node/runnable-titles.ts";
import { httpAddress } from "./node/server-addresses.ts";
import { VERSION } from "./node/version.ts";
import { preferProcess } from "./process/priority.ts";
import { createPrivateFolder, memoryFolder, sweepPrivateFolders } from "./process/private-folder.ts";
import { openTitleStore } from "./title-store/title-store.ts";
import { keepSaves } from "./saves/keep-saves.ts";
import { createOutbox } from "./saves/outbox.ts";
import { createSession } from "./session/session.ts";
import { createMediasoupSfu, SfuStartError } from "./sfu/adapters/mediasoup/sfu.ts";
import { openPulse } from "./sound/adapters/pulse.ts";
import { takePicture } from "./agent/adapters/jpeg.ts";
import { openMicrophone } from "./sound/open-microphone.ts";
import { openSandbox } from "./sandbox/open-sandbox.ts";
import { ADB_KEY_FILE, adbCredentials } from "./title/android/adapters/adb/credentials.ts";
import { openAdbDevice } from "./title/android/adapters/adb/open-device.ts";
import { createDevices } from "./title/android/devices.ts";
import { createAndroidStage } from "./title/android/stage.ts";
import { createLauncher } from "./title/launch.ts";
import { firstPicture } from "./warm/first-picture.ts";
import { createWarmTitles } from "./warm/warm-titles.ts";

const OWN_TITLES = path.join(import.meta.dirname, "..", "titles");
/** How often titles and programs are looked for again: an operator who installs one expects to see it soon. */
const TITLES_EVERY_MS = 15_000;
/** A title that takes longer to fetch is there for the next session. */
const TITLE_WAIT_MS = 15_000;

const scope = new Scope();

async function main(): Promise<void> {
  const config = parseConfig(process.env);
  const log = pino({ name: "edge-node", level: config.logLevel, base: {} });
  closeOnSignals(log);
  await claimDataFolder(config.dataFolder, scope);
  const identity = await openIdentity(config.dataFolder);

  // Input comes through this process; the media server's own priority is raised where it starts.
  const refused = preferProcess(process.pid);
  if (refused !== undefined) log.warn({ refused }, "this process runs like any other; give it CAP_SYS_NICE");
  const pipeline = PIPELINES[config.pipeline];
  const addresses = mediaAddresses(os.networkInterfaces(), config.announcedAddress, config.serverUrls.some(isLocal));
  const sfu = await createMediasoupSfu(
    {
      addresses,
      port: config.mediaPort,
      onWarning: (message) => log.warn(message),
    },
    scope,
  );
  const folders = await memoryFolder();
  // What a node that was killed could not take away itself.
  await sweepPrivateFolders([folders, os.tmpdir()]);
  const outbox = createOutbox(await createPrivateFolder("saves", scope, folders), scope);
  const noPads = await whyNoUinput();
  const sandbox = await openSandbox(config.sandbox, { networkAllowed: config.titleNetworkAllowed, log: (detail) => log.warn(detail) });
  const { cards, unusable } = await findCards();
  /** Told of later, when there is somebody to tell. */
  let lookAgain = () => {};
  const graphics = createGraphics(cards, { titlesMax: config.titlesPerCard, onChange: () => lookAgain() });
  const launcher = createLauncher(
    {
      sandbox, networkAllowed: config.titleNetworkAllowed, cacheFolder: path.join(config.dataFolder, "cache"), graphics,
    },
    scope,
  );
  const notices = [
    ...(noPads === undefined ? [] : [`${noPads}; pads are played as the keys that a title's manifest names`]),
    ...unusable.map(({ model, why, remedy }) => `No title can draw with the graphics card ${model}: ${why}; ${remedy}`),
    ...sandbox.notices,
  ];

  // The fallback has an encoder of its own.
  const encoders = config.pipeline === "damage" ? await openEncoders(config) : undefined;
  const encoderSessions = createEncoderSessions(() => encoders?.usable() ?? assumeEncoders(["x264"]));
  const createPipeline = config.pipeline === "damage" && config.keepsWarm ? damagePipeline(DAMAGE_SETTINGS, keepSpareProgram(scope)) : pipeline.create;

  const facts = {
    config,
    name: config.name ?? os.hostname(),
    version: VERSION,
    hardware: readHardware(cards),
    addresses,
    timeZone: readTimeZone(),
    notices,
    canFetch: true,
  };
  const ownFolders = [OWN_TITLES, ...config.titleFolders];
  const sessionsRunning = new Set<Scope>();
  const titleStore = await openTitleStore(
    {
      folder: path.join(config.dataFolder, "titles"),
      serverUrls: config.serverUrls.map(httpAddress),
      titleFolders: ownFolders,
      budgetBytes: config.titleDiskBytes,
    },
    { isIdle: () => sessionsRunning.size === 0, wallMs: systemClock.wallMs, log },
    scope,
  );
  const titleFolders = [...ownFolders, titleStore.currentFolder];
  const android = config.android && openAndroid(config, config.android, () => lookAgain(), log);
  const look = () => findRunnable(titleFolders, { androidFree: android !== undefined && android.devices.free() > 0, cards: cards.length === 0 ? "none" : graphics.places() > 0 ? "free" : "full" });
  let runnable = await look();

  const createFolder = () => mkdtemp(path.join(folders, `nearframe-session-${process.pid}-`));
  const stageParts = {
    openDisplay: openXvfb,
    openSound: openPulse,
    launchTitle: launcher.launch,
    openInputSink: openHostSink,
    findTitle: (title: Title, source: TitleSource | undefined, owner: Scope) =>
      titleStore.open(title, source, AbortSignal.any([owner.signal, AbortSignal.timeout(TITLE_WAIT_MS)]), owner),
  };
  const slots = () => makeInventory(facts, runnable, encoders?.tried()).capacity.slots;
  const warm = createWarmTitles(
    {
      ...stageParts,
      createFolder,
      firstPicture,
      room: () => ({ slots: config.keepsWarm ? slots() : 0, memoryFreeMb: process.availableMemory() / 2 ** 20 }),
      cardPlaces: graphics.places,
      nowMs: systemClock.monotonicMs,
      onChanged: () => agent.tellSoon(),
      log,
    },
    scope,
  );
  const probePoints = createProbePoints({ nowMs: systemClock.monotonicMs, ask: askOverHttp, onMeasured: () => agent.tellSoon() }, scope);

  const agent: Agent = createAgent(
    { serverUrls: config.serverUrls, token: config.token, bitrateKbps: config.bitrateKbps },
    {
      identity,
      inventory: () => makeInventory(facts, runnable, encoders?.tried()),
      fetchTitle: titleStore.fetchWhileIdle,
      answerCheck: createCheckAnswers(
        {
          identity,
          inventory: () => makeInventory(facts, runnable, encoders?.tried()),
          openMediaPort: sfu.openMediaPort,
          benchmarks: createBenchmarks({ isPlaying: () => sessionsRunning.size > 0 }, scope),
        },
        scope,
      ),
      wantWarm: warm.want,
      warmTitleIds: warm.waiting,
      wantProbePoints: probePoints.want,
      rttsMs: probePoints.rttsMs,
      createSession: (start, events, sessionScope) => {
        sessionsRunning.add(sessionScope);
        launcher.setBusy(true);
        sessionScope.own(sessionScope, () => {
          sessionsRunning.delete(sessionScope);
          launcher.setBusy(sessionsRunning.size > 0);
        });
        const { manifest } = start.title;
        const logSession = (detail: string) => log.warn({ sessionId: start.sessionId }, detail);
        return createSession(
          {
            ...stageParts,
            openMicrophone,
            takePicture,
            createPipeline: encoderSessions.counted(createPipeline),
            pipelineTraits: pipeline.traits,
            encoders: encoderSessions.withRoom,
            ...(manifest.runtime === "android" && android?.stage(manifest, logSession)),
            warm,
            keepSaves: (options, owner) =>
              keepSaves(
                options,
                {
                  serverUrls: config.serverUrls.map(httpAddress),
                  outbox,
                  intervalMs: config.saveIntervalMs,
                  wallMs: systemClock.wallMs,
                  log: (detail) => log.info({ sessionId: start.sessionId }, detail),
                },
                owner,
              ),
            sfu,
            clock: systemClock,
            sign: identity.sign,
            createFolder,
            log: (sessionId, detail) => log.warn({ sessionId }, detail),
          },
          start,
          warm.watch(events, sessionScope),
          sessionScope,
        );
      },
      random: Math.random,
      log,
    },
    scope,
  );

  void sfu.closed.then((why) => {
    if (!scope.closed) void stop(1, why);
  });
  void agent.refused.then((why) => stop(1, why));
  void agent.drained.then(() => {
    log.info("drained: no session is left");
    void stop(0);
  });
  // As `npm run edge -- --drain` asks: the sessions end first, and then the node.
  process.on("SIGUSR2", () => agent.drain());
  await agent.registered;
  log.info({ nodeId: identity.nodeId, servers: config.serverUrls, pipeline: config.pipeline }, "ready");
  process.send?.({ type: "ready", notices });
  // Only now: a first start is not held up by it, and later ones find what this one kept.
  if (encoders) void findOut(encoders, agent, log);
  /** Beside a session it would take the machine from it; one that needs it makes it, and says where it can't. */
  const makeReady = ({ titleRuntimes }: Runnable) => {
    if (sessionsRunning.size > 0) return;
    launcher.makeReady(titleRuntimes).catch((error: unknown) => {
      if (!scope.closed) log.warn({ err: error }, "what titles need could not be made ready");
    });
  };
  lookAgain = () => {
    look().then(
      (found: Runnable) => {
        if (scope.closed) return;
        makeReady(found);
        if (JSON.stringify(found) === JSON.stringify(runnable)) return;
        runnable = found;
        agent.tellInventory();
      },
      (error: unknown) => log.warn({ err: error }, "the titles could not be looked at"),
    );
  };
  scope.own(setInterval(lookAgain, TITLES_EVERY_MS), clearInterval);
  lookAgain();
}

/** The Android devices that the operator named. */
function openAndroid(config: NodeConfig, { addresses, adbServer, scrcpy }: AndroidConfig, onChange: () => void, log: Logger) {
  const credentials = adbCredentials(path.join(config.dataFolder, ADB_KEY_FILE), `nearframe@${os.hostname()}`);
  const devices = createDevices(addresses, { openDevice: openAdbDevice({ credentials, server: adbServer }), onChange, log }, scope);
  return {
    devices,
    stage: (manifest: TitleManifest, logSession: (detail: string) => void) =>
      createAndroidStage(manifest, { devices, server: scrcpy, saveIntervalMs: config.saveIntervalMs, log: logSession }),
  };
}

async function findOut(encoders: NodeEncoders, agent: Agent, log: Logger): Promise<void> {
  try {
    if (await encoders.tryIfUnknown()) agent.tellInventory();
    for (const encoder of encoders.tried() ?? []) log.info({ encoder }, encoder.opened ? "encoder" : "no such encoder");
  } catch (error) {
    // Sessions go on with what every machine has.
    if (!scope.closed) log.warn({ err: error }, "the encoders could not be tried");
  }
}

const openEncoders = ({ dataFolder, encoders }: NodeConfig): Promise<NodeEncoders> =>
  openNodeEncoders({ dataFolder, allowed: encoders }, { readFacts: readMachineFacts, tryEncoders }, scope);

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
  const known =
    error instanceof ConfigError ||
    error instanceof SfuStartError ||
    error instanceof DataFolderError ||
    error instanceof IdentityError;
  if (scope.closed) return;
  void stop(1, known ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error));
});
