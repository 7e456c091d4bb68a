// The seeds of owner draws, for everybody: whoever has one can repeat its draws.

import { Router } from "express";
import type { DrawSeed } from "@nearframe/shared/api/draws";
import { ClusterUnavailableError } from "../cluster/ports.ts";
import type { Servers } from "../cluster/servers.ts";
import { refuse } from "./refusals.ts";

export type DrawsApiPorts = { servers: Pick<Servers, "seed" | "publishedSeed"> };

const HOUR = /^\d{1,9}$/;

export function drawsApi({ servers }: DrawsApiPorts): Router {
  const router = Router();
  router.get("/:hour", async (request, response) => {
    const { hour: asked } = request.params;
    if (asked !== "now" && !HOUR.test(asked)) {
      return refuse(response, 400, "HOUR_INVALID", 'name an hour by its number since 1970, or "now"');
    }
    const hour = asked === "now" ? servers.seed().number : Number(asked);
    try {
      const found = await servers.publishedSeed(hour);
      if (!found) return refuse(response, 404, "HOUR_UNKNOWN", "no seed is kept for this hour; they are kept for a week");
      response.set("Cache-Control", "no-store").json({ hour, ...found } satisfies DrawSeed);
    } catch (error) {
      if (!(error instanceof ClusterUnavailableError)) throw error;
      refuse(response, 503, "CLUSTER_UNAVAILABLE", "the servers can't reach each other now; try again in a minute");
    }
  });
  return router;
}
