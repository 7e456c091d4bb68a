// The catalogue over HTTP.

import { Router, type Response } from "express";
import type { Availability, PublicTitle, TitleList } from "@nearframe/shared/api/titles";
import type { Runtime } from "@nearframe/shared/title/manifest";
import { ART_KINDS, type ArtKind, type CatalogueTitle } from "../catalogue/catalogue.ts";
import type { ArtFile } from "../catalogue/ports.ts";
import { chooseNode, type NodeCandidate } from "../placement/choose-node.ts";
import { refuse } from "./refusals.ts";
import { ART_POLICY } from "./security-headers.ts";

export type TitlesApiPorts = {
  catalogue: { list(): CatalogueTitle[]; findArt(titleId: string, kind: ArtKind): ArtFile | undefined };
  nodes: { candidates(): NodeCandidate[] };
};

/** An address with the version in it means the same bytes for ever. */
const FOR_EVER = "public, max-age=31536000, immutable";

export function titlesApi({ catalogue, nodes }: TitlesApiPorts): Router {
  const router = Router();

  router.get("/", (_request, response) => {
    const candidates = nodes.candidates();
    const titles = catalogue.list().map((title) => publicTitle(title, candidates));
    response.set("Cache-Control", "no-cache").json({ titles } satisfies TitleList);
  });

  router.get("/:id/art/:kind", (request, response, next) => {
    const { id, kind } = request.params;
    const art = isArtKind(kind) ? catalogue.findArt(id, kind) : undefined;
    if (!art) return refuse(response, 404, "ART_UNKNOWN", "there is no such title, or it has no such picture");
    setArtHeaders(response, art, request.query["v"] === art.version);
    response.sendFile(art.path, { root: art.folder, dotfiles: "allow", cacheControl: false }, (error?: Error) => {
      // Once headers are out there is nobody to tell: the reader went away.
      if (error && !response.headersSent) next(error);
    });
  });

  return router;
}

function setArtHeaders(response: Response, art: ArtFile, versioned: boolean): void {
  response.set({
    "Cache-Control": versioned ? FOR_EVER : "no-cache",
    "Content-Security-Policy": ART_POLICY,
    "Content-Type": art.contentType,
  });
}

function publicTitle({ title, art }: CatalogueTitle, nodes: readonly NodeCandidate[]): PublicTitle {
  const { id, name, summary, publisher, credits, category, size, fps, input, runtime } = title.manifest;
  const address = (kind: ArtKind, { version }: ArtFile) => `/api/titles/${id}/art/${kind}?v=${version}`;
  const { icon, preview } = art;
  return {
    id,
    name,
    summary,
    publisher,
    credits,
    category,
    art: {
      cover: address("cover", art.cover),
      hero: address("hero", art.hero),
      ...(icon && { icon: address("icon", icon) }),
      ...(preview && { preview: address("preview", preview) }),
      accent: title.manifest.art.accent,
    },
    size,
    fps,
    input,
    availability: availability(runtime, nodes),
  };
}

function availability(runtime: Runtime, nodes: readonly NodeCandidate[]): Availability {
  const choice = chooseNode(nodes, { runtime });
  if (choice.type === "chosen") return { state: "now" };
  if (choice.canRun) return { state: "busy" };
  const reason = nodes.some((node) => node.state === "linked")
    ? "no machine that is connected now can run this title"
    : "no machine is connected now";
  return { state: "unavailable", reason };
}

function isArtKind(kind: string): kind is ArtKind {
  return (ART_KINDS as readonly string[]).includes(kind);
}
