// The server process: reads its environment, opens what lasts, starts the
// control plane, and closes everything on SIGINT and SIGTERM.
//
// Tells that it is ready by a message to its parent, if that gave it a channel,
// and by a line on stdout. Its log goes to stderr.

import { randomUUID } from "node:crypto";
import path from "node:path";
import { systemClock } from "@nearframe/shared/clock";
import { Scope } from "@nearframe/shared/lifetime";
import pino from "pino";
import { readArtFile } from "./catalogue/adapters/node-fs/art-file.ts";
import { nodeFolderReader } from "./catalogue/adapters/node-fs/folder-reader.ts";
import { watchFoldersWith } from "./catalogue/adapters/node-fs/watch-folders.ts";
import { openCluster } from "./cluster/open-cluster.ts";
import { readEnvironment, type Environment } from "./environment.ts";
import { openLocator } from "./location/open-locator.ts";
import { createLog, type Log } from "./log.ts";
import { readOrMakeNodeToken } from "./nodes/node-token.ts";
import { readOrMakeSaveSecret, SaveSecretError } from "./saves/secret.ts";
import { createServer } from "./server.ts";
import { openStorage } from "./storage/open-storage.ts";
import { DatabaseTakenError } from "./store/adapters/postgres/claim-database.ts";
import { readOrMakeAdminToken } from "./title-store/admin-token.ts";
import { claimDataFolder, DataFolderError } from "./store/data-folder.ts";
import { openDatabase } from "./store/open-database.ts";
import { openSqlStore } from "./store/sql-store.ts";

const REPOSITORY = path.join(import.meta.dirname, "../..");
/** Whoever has a private address is on the network around the server. */
const OWN_NETWORK_KM = 50;
/** What an operator's word on a data centre's place is worth. */
const PROBE_POINT_KM = 20;
const OWN_TITLES = path.join(REPOSITORY, "edge-node/titles");

async function main(): Promise<void> {
  const result = readEnvironment(process.env, {
    dataFolder: path.join(REPOSITORY, ".nearframe"),
    clientFolder: path.join(REPOSITORY, "client/dist"),
  });
  if (!result.ok) return fail(result.faults.join("\n"));
  const { environment } = result;
  // Written at once: what is said just before the process ends is what one looks for.
  const log = createLog(environment.logLevel, pino.destination({ dest: 2, sync: true }));
  const scope = new Scope();
  closeOnSignal(scope, log);
  try {
    const port = await start(environment, log, scope);
    process.send?.({ type: "ready", port });
    console.log(`Nearframe's server is ready: http://${shownHost(environment.host)}:${port}`);
  } catch (error) {
    // The signal came while it started: not a failure.
    if (scope.closed) return;
    await scope.close("failed to start").catch((failure: unknown) => {
      log.error({ error: failure }, "what had been started did not close cleanly");
    });
    fail(explain(error, environment));
  }
}

async function start(environment: Environment, log: Log, scope: Scope): Promise<number> {
  const { dataFolder } = environment;
  await claimDataFolder(dataFolder, log, scope);
  const nodeToken = {
    token: environment.nodeToken ?? (await readOrMakeNodeToken(dataFolder)),
    required: environment.nodeToken !== undefined,
  };
  const saveSecret = environment.saveSecret ?? (await readOrMakeSaveSecret(dataFolder));
  const storage = await openStorage(environment.storage);
  const database = await openDatabase({ ...environment, shared: environment.natsUrl !== undefined }, log, scope);
  const store = await openSqlStore(database);
  const cluster = await openCluster(environment, { clock: systemClock, log }, scope);
  const place = environment.place && placeWithin(environment.place, OWN_NETWORK_KM);
  const { countriesAllowed, countriesDenied, regionsDenied, feeMaxMicros } = environment;
  const locator = await openLocator({
    ...(environment.citiesFile !== undefined && { databaseFile: environment.citiesFile }),
    ...(place && { serverLocation: place }),
  });
  const { port } = await createServer(
    {
      clock: systemClock,
      log,
      store,
      storage,
      cluster,
      newId: randomUUID,
      locate: ({ address, timeZone, anchors }) =>
        locator.locate({ address: address ?? "", ...(timeZone !== undefined && { timeZone }), ...(anchors && { anchors }) }).location,
      reader: nodeFolderReader,
      readArt: readArtFile,
      watchFolders: watchFoldersWith(log),
    },
    {
      port: environment.port,
      host: environment.host,
      titleFolders: [...new Set([OWN_TITLES, ...environment.titleFolders])],
      clientFolder: environment.clientFolder,
      origins: environment.origins,
      proxyCount: environment.proxyCount,
      iceServers: environment.iceServers,
      nodeToken,
      saveSecret,
      adminToken: environment.adminToken ?? (await readOrMakeAdminToken(dataFolder)),
      publishedFolder: path.join(dataFolder, "published"),
      checking: environment.checking,
      probePoints: environment.probePoints.map(({ place: at, ...point }) => ({ ...point, ...(at && { place: placeWithin(at, PROBE_POINT_KM) }) })),
      place,
      placementRules: { ...(countriesAllowed && { countriesAllowed }), countriesDenied, regionsDenied, ...(feeMaxMicros !== undefined && { feeMaxMicros }) },
    },
    scope,
  );
  log.info({ port }, "server ready");
  return port;
}

const placeWithin = (place: { latitude: number; longitude: number; country: string }, accuracyKm: number) => ({ ...place, region: "", accuracyKm });

function closeOnSignal(scope: Scope, log: Log): void {
  const stop = (reason: string) => {
    if (scope.closed) return;
    log.info({ reason }, "server stopping");
    scope.close(reason).then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ error }, "the server did not close cleanly");
        process.exit(1);
      },
    );
  };
  process.on("SIGINT", () => stop("SIGINT"));
  process.on("SIGTERM", () => stop("SIGTERM"));
  // Whoever started us is gone, perhaps killed: don't outlive them.
  process.on("disconnect", () => stop("parent gone"));
}

function explain(error: unknown, { port, dataFolder }: Environment): string {
  if (error instanceof DataFolderError || error instanceof DatabaseTakenError || error instanceof SaveSecretError) return error.message;
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") {
    return `Port ${port} is taken by another program: stop that program, or choose another port with PORT=${port + 1}.`;
  }
  if (syscall === "listen" && code === "EACCES") {
    return `Port ${port} may not be opened by this user: choose one above 1023, for example PORT=8080.`;
  }
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
    return "HOST is not an address of this machine: leave it out to listen on all of them.";
  }
  if (code === "ENOSPC") {
    return `The disk of the data folder ${dataFolder} is full: make room, or choose another folder with NEARFRAME_DATA.`;
  }
  return `The server could not start: ${message}.`;
}

function shownHost(host: string | undefined): string {
  if (host === undefined || host === "0.0.0.0" || host === "::") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}

function fail(sentences: string): void {
  console.error(sentences);
  process.exit(1);
}

await main();
