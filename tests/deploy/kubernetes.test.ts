// The Kubernetes manifests, as kustomize puts them together: held to schemas, to
// each other, and to what the programs say of their environment. No cluster is here
// to apply them to.

import path from "node:path";
import { describe, expect, test } from "vitest";
import { get, KUBERNETES, listOf, type Value } from "./files.ts";
import { schemaFaults } from "./kubernetes-schemas.ts";
import { containersOf, kustomize, podSpecOf } from "./kustomize.ts";
import { nodeFaults, serverFaults, type Variables } from "./programs-environment.ts";

const OVERLAYS = ["plain", "agones"] as const;
const overlay = (name: string) => kustomize(path.join(KUBERNETES, "overlays", name));

/** What an operator puts into the secret; see the comments in the manifests and docs/deploy.md. */
const SECRET: Variables = {
  DATABASE_URL: "postgres://nearframe:secret@postgres/nearframe",
  NATS_URL: "nats://nats",
  NEARFRAME_SAVE_SECRET: "0123456789abcdef0123456789abcdef",
  NEARFRAME_NODE_TOKEN: "0123456789abcdef",
  AWS_ACCESS_KEY_ID: "key",
  AWS_SECRET_ACCESS_KEY: "secret",
  POSTGRES_PASSWORD: "secret",
};

function faultsOf(resources: readonly Value[]): string[] {
  const faults = resources.flatMap(schemaFaults);
  const nameOf = (resource: Value) => `${String(resource["kind"])} ${String(get(resource, "metadata", "name"))}`;
  const configMap = resources.find((resource) => nameOf(resource) === "ConfigMap nearframe");
  for (const resource of resources) {
    const name = nameOf(resource);
    const namespace = get(resource, "metadata", "namespace");
    if (resource["kind"] !== "Namespace" && namespace !== "nearframe") faults.push(`${name} is in the namespace ${String(namespace)}`);
    if (resource["kind"] === "Service") faults.push(...serviceFaults(resource, resources).map((fault) => `${name}: ${fault}`));
    const spec = podSpecOf(resource);
    if (!spec) continue;
    const labels = get(resource, "spec", "template", "metadata", "labels") as Variables;
    const selector = (get(resource, "spec", "selector", "matchLabels") ?? {}) as Variables;
    for (const [key, value] of Object.entries(selector)) if (labels[key] !== value) faults.push(`${name} selects ${key}=${value}, which its pods have not`);
    const claims = listOf(get(resource, "spec", "volumeClaimTemplates")).map((claim) => get(claim, "metadata", "name"));
    const volumes = new Set([...listOf(spec["volumes"]).map((volume) => volume["name"]), ...claims]);
    for (const container of containersOf(resource)) {
      for (const { name: volume } of listOf(container["volumeMounts"])) if (!volumes.has(volume)) faults.push(`${name} mounts ${String(volume)}, which there is not`);
      for (const probe of ["startupProbe", "readinessProbe", "livenessProbe"]) {
        const port = get(container, probe, "httpGet", "port");
        if (port !== undefined && !portNames(container).includes(port)) faults.push(`${name} is probed at the port ${JSON.stringify(port)}, which it has not`);
      }
      faults.push(...environmentFaults(container, configMap).map((fault) => `${name}: ${fault}`));
    }
  }
  return faults;
}

const portNames = (container: Value) => listOf(container["ports"]).map((port) => port["name"]);

function serviceFaults(service: Value, resources: readonly Value[]): string[] {
  const selector = get(service, "spec", "selector") as Variables;
  const pods = resources.filter((resource) => {
    const labels = (get(resource, "spec", "template", "metadata", "labels") ?? {}) as Variables;
    return podSpecOf(resource) !== undefined && Object.entries(selector).every(([key, value]) => labels[key] === value);
  });
  if (pods.length === 0) return ["selects no pod"];
  const names = pods.flatMap(containersOf).flatMap(portNames);
  return listOf(get(service, "spec", "ports")).filter((port) => !names.includes(port["targetPort"])).map((port) => `leads to the port ${String(port["targetPort"])}, which no pod has`);
}

function environmentFaults(container: Value, configMap: Value | undefined): string[] {
  const faults: string[] = [];
  let variables: Variables = {};
  for (const source of listOf(container["envFrom"])) {
    const map = get(source, "configMapRef", "name");
    if (map !== undefined && map !== get(configMap, "metadata", "name")) faults.push(`there is no config map ${JSON.stringify(map)}`);
    variables = { ...variables, ...(map === undefined ? SECRET : (get(configMap, "data") as Variables)) };
  }
  for (const { name, value, valueFrom } of listOf(container["env"])) {
    const key = get(valueFrom, "secretKeyRef", "key");
    if (key !== undefined && !((key as string) in SECRET)) faults.push(`the secret has no ${JSON.stringify(key)}`);
    variables[name as string] = (value as string | undefined) ?? SECRET[key as string] ?? "192.0.2.1";
  }
  const image = String(container["image"]);
  if (image.includes("nearframe/server")) faults.push(...serverFaults(variables));
  if (image.includes("nearframe/edge-node") && container["command"] === undefined) faults.push(...nodeFaults(variables));
  return faults;
}

describe.each(OVERLAYS)("the overlay %s", (name) => {
  test("is whole, and every resource of it is one", () => {
    expect(faultsOf(overlay(name))).toEqual([]);
  });

  test("has two servers, a node's image on its nodes, and no image without a version", () => {
    const resources = overlay(name);
    expect(resources.find(({ kind }) => kind === "Deployment")).toMatchObject({ spec: { replicas: 2 } });
    const images = resources.flatMap(containersOf).map(({ image }) => String(image));
    expect(images.filter((image) => !/:[\w.-]+$/.test(image))).toEqual([]);
    expect(images.some((image) => image.includes("nearframe/edge-node:"))).toBe(true);
  });

  test("tells players the media port that the machine opens", () => {
    const node = overlay(name).find(({ kind }) => kind === "DaemonSet" || kind === "Fleet")!;
    const [container] = containersOf(node).filter((container) => container["name"] === "edge-node");
    const told = listOf(container?.["env"]).find((variable) => variable["name"] === "NEARFRAME_MEDIA_PORT")?.["value"];
    const opened = node["kind"] === "Fleet" ? listOf(get(node, "spec", "template", "spec", "ports")) : listOf(container?.["ports"]);
    expect(opened.map((port) => [port["containerPort"], port["hostPort"], port["protocol"]])).toEqual(
      node["kind"] === "Fleet" ? [[Number(told), Number(told), "TCPUDP"]] : [[Number(told), Number(told), "UDP"], [Number(told), Number(told), "TCP"]],
    );
  });
});

test.each<[string, string, (resource: Value) => void, string]>([
  ["a field of another type", "Deployment", (value) => void (podSpecOf(value)!["terminationGracePeriodSeconds"] = "soon"), "must be integer"],
  ["a misspelt field", "Deployment", (value) => void (containersOf(value)[0]!["volumeMount"] = []), "unrecognized_keys"],
  ["a selector that misses its pods", "DaemonSet", (value) => void ((get(value, "spec", "selector") as Value)["matchLabels"] = { a: "b" }), "selects a=b"],
  ["a service that leads nowhere", "Service", (value) => void (listOf(get(value, "spec", "ports"))[0]!["targetPort"] = "web"), "no pod has"],
  ["a volume that isn't there", "StatefulSet", (value) => void (listOf(containersOf(value)[0]!["volumeMounts"])[0]!["name"] = "lost"), "mounts lost"],
  ["a probe of a port that isn't there", "Deployment", (value) => void ((get(containersOf(value)[0]!, "readinessProbe", "httpGet") as Value)["port"] = "web"), "probed at the port \"web\""],
  ["a variable that nobody reads", "ConfigMap", (value) => void ((value["data"] as Variables)["NEARFRAME_STORE"] = "x"), "nobody reads NEARFRAME_STORE"],
  ["a value that the server refuses", "ConfigMap", (value) => void ((value["data"] as Variables)["NATS_REPLICAS"] = "2"), "NATS_REPLICAS must be"],
  ["a key that the secret has not", "DaemonSet", (value) => void ((get(listOf(containersOf(value)[1]!["env"]).at(-1), "valueFrom", "secretKeyRef") as Value)["key"] = "TOKEN"), "the secret has no \"TOKEN\""],
])("%s is noticed", (_name, kind, change, fault) => {
  const resources = overlay("plain");
  change(resources.find((resource) => resource["kind"] === kind)!);
  expect(faultsOf(resources).join("\n")).toContain(fault);
});

test("a fleet that Agones would refuse is noticed", () => {
  const resources = overlay("agones");
  const fleet = resources.find(({ kind }) => kind === "Fleet")!;
  (get(fleet, "spec", "template", "spec") as Value)["portPolicy"] = "Static";
  (get(fleet, "spec") as Value)["scheduling"] = "Tight";
  podSpecOf(fleet)!["hostNetwork"] = "yes";
  const faults = faultsOf(resources).join("\n");
  expect(faults).toContain("portPolicy");
  expect(faults).toContain("spec.scheduling");
  expect(faults).toContain("must be boolean");
});
