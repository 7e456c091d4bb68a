// The control plane, put together: what is served, in the order in which the
// parts need each other. Closing goes the other way.

import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { IceServer } from "@nearframe/shared/friends/messages";
import type { Clock } from "@nearframe/shared/clock";
import type { Scope } from "@nearframe/shared/lifetime";
import type { Title } from "@nearframe/shared/title/manifest";
import { openCatalogue, type CataloguePorts } from "./catalogue/catalogue.ts";
import type { Cluster } from "./cluster/ports.ts";
import { createCheckerDoor } from "./checking/checker-door.ts";
import { openChecking, type Checking, type CheckingOptions } from "./checking/checking.ts";
import { makeCheckingKey } from "./checking/checking-key.ts";
import { openPins } from "./checking/pins.ts";
import { openAgentCalls } from "./agent/agent-calls.ts";
import { createApp } from "./http/app.ts";
import { openIndexer } from "./indexer.ts";
import type { Location } from "./location/location.ts";
import type { PlacementRules } from "./placement/make-need.ts";
import type { Log } from "./log.ts";
import { allChecks, inventoryChecks } from "./nodes/checks.ts";
import { createNodeHistory } from "./nodes/history.ts";
import { createNodeDoor, type NodeToken } from "./nodes/node-door.ts";
import { openSocketDoors } from "./peers/adapters/ws/socket-doors.ts";
import { openIdentity } from "./players/identity.ts";
import { openHandoffs } from "./players/handoffs.ts";
import { SOCKETS_MAX } from "./peers/limits.ts";
import { createPlayerDoor } from "./players/player-door.ts";
import type { Locate } from "./probing/place-far-end.ts";
import { createProbePoints, type PlacedProbePoint } from "./probing/probe-points.ts";
import { openSaves } from "./saves/saves.ts";
import { deriveSaveKeys } from "./saves/secret.ts";
import type { ObjectStorage } from "./storage/ports.ts";
import type { Store } from "./store/ports.ts";
import { keepPublishedFolder } from "./title-store/published-folder.ts";
import { openTitleStore } from "./title-store/title-store.ts";
import { createTelemetry } from "./telemetry/telemetry.ts";

export type ServerPorts = Omit<CataloguePorts, "log"> & { clock: Clock; log: Log; store: Store; storage: ObjectStorage; cluster: Cluster; newId(): string; locate: Locate };

export type ServerOptions = {
  /** 0 takes any free one. */
  port: number;
  /** Every address of the machine if undefined. */
  host: string | undefined;
  titleFolders: readonly string[];
  clientFolder: string;
  /** Pages from other origins than our own that may connect. */
  origins: readonly string[];
  /** Reverse proxies of ours before this server. */
  proxyCount: number;
  /** By which browsers in one session find each other. */
  iceServers: readonly IceServer[];
  nodeToken: NodeToken;
  /** What every key for saves comes from. */
  saveSecret: string;
  /** Whoever shows it may publish titles. */
  adminToken: string;
  /** For what the catalogue shows of published titles; this process's own. */
  publishedFolder: string;
  /** How checking is paced; left out, as docs/checking.md says. */
  checking?: CheckingOptions;
  /** What players and nodes measure their round trips to. */
  probePoints: readonly PlacedProbePoint[];
  /** Where this server is, if the operator said so. */
  place: Location | undefined;
  placementRules: PlacementRules;
};

export type Server = { readonly port: number };

/** Whole request heads come in one round trip; who needs longer holds a socket for nothing. */
const REQUEST_HEAD_MS = 10_000;
const REQUEST_MS = 30_000;
/** The control sockets, and on top of them pages that are being loaded. */
const CONNECTIONS_MAX = SOCKETS_MAX + 5_000;

/** Resolves when players and nodes can come. Everything it opens belongs to `scope`. */
export async function createServer(ports: ServerPorts, options: ServerOptions, scope: Scope): Promise<Server> {
  const { clock, log, store, newId } = ports;
  const keys = deriveSaveKeys(options.saveSecret);
  const titleStore = await openTitleStore({ clock, log, store, storage: ports.storage, keys }, undefined);
  const published = await keepPublishedFolder(options.publishedFolder, { titleStore, log }, scope);
  // What was published stands before what lies in a folder under the same id.
  const catalogue = await openCatalogue(ports, [options.publishedFolder, ...options.titleFolders], scope);
  const titles = { find: catalogue.find, source: (title: Title) => titleStore.source(title, published.digestOf(title)) };
  const identity = await openIdentity({ settings: store, clock, newId });
  const handoffs = await openHandoffs({ cluster: ports.cluster, clock });
  const saves = await openSaves({ clock, log, store, storage: ports.storage }, { secret: options.saveSecret }, scope);
  // In scopes of their own, so that they go on working while the sockets, which are opened later, close.
  const telemetryScope = scope.child();
  const indexerScope = scope.child();
  const telemetry = createTelemetry({ clock, log, store }, telemetryScope);
  const history = createNodeHistory({ clock, log, store }, indexerScope);
  const pins = await openPins(ports.cluster, indexerScope);
  const checkingKey = makeCheckingKey(options.saveSecret);
  let checking: Checking | undefined;
  const probePoints = createProbePoints(options.probePoints, { serverId: ports.cluster.serverId, serverPlace: options.place });
  const { nodes, servers, sessions } = await openIndexer(
    {
      clock,
      log,
      cluster: ports.cluster,
      titles,
      telemetry,
      store,
      saves,
      iceServers: options.iceServers,
      random: Math.random,
      newId,
      locate: ports.locate,
      probePoints,
      rules: options.placementRules,
      history,
      pinnedNode: (playerId) => pins.find(playerId)?.nodeId,
      silencedBy(playerId, nodeId) {
        const pin = pins.find(playerId);
        return pin?.silent && pin.nodeId === nodeId ? checkingKey.bendSecret : undefined;
      },
      checks: allChecks([inventoryChecks, { check: (claim) => checking?.newcomers.check(claim) }]),
      onNodeLinked: (nodeId) => checking?.handleNodeLinked(nodeId),
    },
    indexerScope,
  );
  const opened = (checking = await openChecking(
    {
      clock,
      log,
      cluster: ports.cluster,
      servers,
      store,
      key: checkingKey,
      pins,
      nodes,
      titles,
      createGuest: identity.createGuest,
      locate: ports.locate,
      newId,
    },
    options.checking ?? {},
    indexerScope,
  ));

  const agents = await openAgentCalls({ cluster: ports.cluster, ask: sessions.askNode }, indexerScope);

  const http = createHttpServer(
    { headersTimeout: REQUEST_HEAD_MS, requestTimeout: REQUEST_MS },
    createApp({ agents, clock, handoffs, catalogue, nodes, sessions, servers, identity, store, saves, titleStore, localTitles: { ...published, find: catalogue.find }, adminToken: options.adminToken, checking: opened, log }, options.clientFolder, options.probePoints),
  );
  http.maxConnections = CONNECTIONS_MAX;
  scope.own(http, closeHttp);
  openSocketDoors(
    http,
    {
      "/node": createNodeDoor({ clock, log, nodes, sessions, nodeToken: options.nodeToken, onCheckReply: opened.handleCheckReply }, scope),
      "/checker": createCheckerDoor({ clock, log, home: opened.home, proxyCount: options.proxyCount }, scope),
      "/control": createPlayerDoor({ clock, log, identity, players: sessions.players, origins: options.origins, proxyCount: options.proxyCount, probePoints }, scope),
    },
    log,
    scope,
  );
  // Before the sockets close: players and nodes hear what becomes of their sessions.
  scope.own(sessions, (sessions) => sessions.stop());
  const port = await listen(http, options);
  // Such as running out of file descriptors: the connection is lost, the server is not.
  http.on("error", (error) => log.error({ error }, "a connection could not be accepted"));
  return { port };
}

function listen(http: HttpServer, { port, host }: ServerOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    http.once("error", reject);
    http.listen({ port, ...(host !== undefined && { host }) }, () => {
      http.off("error", reject);
      resolve((http.address() as AddressInfo).port);
    });
  });
}

function closeHttp(http: HttpServer): Promise<void> {
  return new Promise((resolve) => {
    // An error here says that it never listened, which is closed enough.
    http.close(() => resolve());
    http.closeAllConnections();
  });
}
