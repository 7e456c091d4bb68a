// Everything that is served over plain HTTP.

import express, { type Express } from "express";
import type { ProbePoint } from "@nearframe/shared/probe/rtt-vector";
import { SAVES_PATH } from "@nearframe/shared/saves/transfer";
import { TITLES_PATH } from "@nearframe/shared/title-store/package";
import type { Log } from "../log.ts";
import { agentApi, type AgentApiPorts } from "../agent/agent-api.ts";
import { savesApi, type SavesApiPorts } from "../saves/saves-api.ts";
import { transferApi, type TransferSaves } from "../saves/transfer-api.ts";
import { titleStoreApi, type TitleApiPorts } from "../title-store/title-api.ts";
import { appealsApi, type AppealsApiPorts } from "./appeals-api.ts";
import { checkingApi, type CheckingApiPorts } from "./checking-api.ts";
import { clientFiles } from "./client-files.ts";
import { drawsApi, type DrawsApiPorts } from "./draws-api.ts";
import { handoffsApi, type HandoffsApiPorts } from "./handoffs-api.ts";
import { echo, ECHO_PATH } from "./echo.ts";
import { nodeOrdersApi, type NodeOrdersApiPorts } from "./node-orders-api.ts";
import { nodesApi, type NodesApiPorts } from "./nodes-api.ts";
import { playerClassesApi, type PlayerClassesApiPorts } from "./player-classes-api.ts";
import { problemsApi, type ProblemsApiPorts } from "./problems-api.ts";
import { qualityApi, type QualityApiPorts } from "./quality-api.ts";
import { ratingApi, type RatingApiPorts } from "./rating-api.ts";
import { refuseFailures, refuseUnknown, refuseWriting } from "./refusals.ts";
import { securityHeaders } from "./security-headers.ts";
import { titlesApi, type TitlesApiPorts } from "./titles-api.ts";

export type AppPorts = AgentApiPorts & TitlesApiPorts & NodesApiPorts & NodeOrdersApiPorts & DrawsApiPorts & CheckingApiPorts & AppealsApiPorts & QualityApiPorts & RatingApiPorts & HandoffsApiPorts & PlayerClassesApiPorts & ProblemsApiPorts & SavesApiPorts & TitleApiPorts & { saves: TransferSaves; log: Log };

/** `probePoints`: where pages may ask how far it is. */
export function createApp(ports: AppPorts, clientFolder: string, probePoints: readonly Pick<ProbePoint, "url">[] = []): Express {
  const { agents, clock, handoffs, catalogue, nodes, sessions, servers, identity, store, saves, titleStore, localTitles, adminToken, checking, log } = ports;
  const app = express();
  app.disable("x-powered-by");
  app.set("query parser", "simple");
  app.use(securityHeaders(probePoints.map(({ url }) => new URL(url).origin)));
  // Nodes and players write here, and nowhere else.
  app.use(SAVES_PATH, transferApi(saves));
  app.use(TITLES_PATH, titleStoreApi({ titleStore, localTitles, adminToken }));
  app.use("/api/saves", savesApi({ identity, saves }));
  app.use("/api/nodes", nodeOrdersApi({ nodes, sessions, adminToken }));
  app.use("/api/sessions", ratingApi({ identity, store }));
  app.use("/api/handoffs", handoffsApi({ identity, handoffs }));
  app.use("/api/players", playerClassesApi({ clock, store, adminToken }));
  app.use("/api/problems", problemsApi({ clock, identity, store, adminToken }));
  app.use("/api/checking/appeals", appealsApi({ clock, store, checking }));
  app.use("/api/agent", agentApi({ agents }));
  app.use(refuseWriting);
  app.get(ECHO_PATH, echo);
  app.get("/api/health", (_request, response) => {
    const linked = nodes.candidates().filter((node) => node.state === "linked");
    response.set("Cache-Control", "no-store").json({
      status: "ok",
      titles: catalogue.list().length,
      nodes: linked.length,
      slotsFree: linked.reduce((sum, node) => sum + Math.max(0, node.slotsFree), 0),
    });
  });
  app.use("/api/titles", titlesApi({ catalogue, nodes }));
  app.use("/api/nodes", nodesApi({ nodes }));
  app.use("/api/draws", drawsApi({ servers }));
  app.use("/api/checking", checkingApi({ nodes, store, checking }));
  app.use("/api/sessions", qualityApi({ identity, store }));
  app.use(clientFiles(clientFolder));
  app.use(refuseUnknown);
  app.use(refuseFailures(log));
  return app;
}
