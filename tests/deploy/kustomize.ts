// What `kubectl kustomize` would make of a folder, as far as ours go: resources of
// resources, the namespace, generated config maps, images.

import { existsSync, statSync } from "node:fs";
import path from "node:path";
import * as z from "zod/mini";
import { get, listOf, readDocuments, type Value } from "./files.ts";

const Image = z.strictObject({ name: z.string(), newName: z.string(), newTag: z.string() });

/** Strict: a misspelt field would be a silent nothing. */
const Kustomization = z.strictObject({
  apiVersion: z.literal("kustomize.config.k8s.io/v1beta1"),
  kind: z.literal("Kustomization"),
  namespace: z.optional(z.string()),
  labels: z.optional(z.array(z.strictObject({ pairs: z.record(z.string(), z.string()), includeSelectors: z.boolean() }))),
  resources: z.array(z.string()),
  configMapGenerator: z.optional(z.array(z.strictObject({ name: z.string(), literals: z.array(z.string().check(z.regex(/^\w+=/))) }))),
  images: z.optional(z.array(Image)),
});

/** Throws for what kustomize would refuse. */
export function kustomize(folder: string): Value[] {
  const [document] = readDocuments(path.join(folder, "kustomization.yaml"));
  const { resources, namespace, configMapGenerator = [], images = [] } = z.parse(Kustomization, document);
  const found = resources.flatMap((name) => {
    const resource = path.join(folder, name);
    if (!existsSync(resource)) throw new Error(`${folder} names ${name}, which is not there`);
    return statSync(resource).isDirectory() ? kustomize(resource) : readDocuments(resource);
  });
  const generated = configMapGenerator.map(({ name, literals }) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name },
    data: Object.fromEntries(literals.map((literal) => [literal.slice(0, literal.indexOf("=")), literal.slice(literal.indexOf("=") + 1)])),
  }));
  return [...found, ...generated].map((resource) => {
    const placed = namespace !== undefined && resource["kind"] !== "Namespace";
    const changed: Value = placed ? { ...resource, metadata: { ...(resource["metadata"] as Value), namespace } } : resource;
    for (const container of containersOf(changed)) {
      const image = images.find(({ name }) => name === container["image"]);
      if (image) container["image"] = `${image.newName}:${image.newTag}`;
    }
    return changed;
  });
}

/** The pod that a workload makes; undefined for what makes none. */
export function podSpecOf(resource: Value): Value | undefined {
  const template = resource["kind"] === "Fleet" ? get(resource, "spec", "template", "spec", "template") : get(resource, "spec", "template");
  return get(template, "spec") as Value | undefined;
}

export function containersOf(resource: Value): Value[] {
  const spec = podSpecOf(resource);
  return spec ? [...listOf(spec["initContainers"]), ...listOf(spec["containers"])] : [];
}
