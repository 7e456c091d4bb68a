// Reads the environment: each fault is one sentence that says what to do.

import path from "node:path";
import type { IceServer } from "@nearframe/shared/friends/messages";
import { PROBE_POINTS_MAX } from "@nearframe/shared/probe/rtt-vector";
import * as z from "zod/mini";
import { LOG_LEVELS, type LogLevel } from "./log.ts";
import { NODE_TOKEN_LENGTH_MIN } from "./nodes/node-token.ts";
import { SAVE_SECRET_LENGTH_MIN } from "./saves/secret.ts";
import { ADMIN_TOKEN_LENGTH_MIN } from "./title-store/admin-token.ts";
import { readIceServers } from "./shares/read-ice-servers.ts";
import { readStorage, type StorageChoice } from "./storage/read-storage.ts";

export type Environment = {
  port: number;
  host: string | undefined;
  /** Besides the titles that come with Nearframe. */
  titleFolders: string[];
  dataFolder: string;
  clientFolder: string;
  origins: string[];
  proxyCount: number;
  /** A data set of cities by address; undefined: the packaged one, of countries. */
  citiesFile: string | undefined;
  /** Where this server is, for players and nodes on its own network. */
  place: { latitude: number; longitude: number; country: string } | undefined;
  /** By which browsers in one session find each other. */
  iceServers: readonly IceServer[];
  nodeToken: string | undefined;
  saveSecret: string | undefined;
  adminToken: string | undefined;
  storage: StorageChoice;
  /** PostgreSQL; undefined: a database of this process's own, in the data folder. */
  databaseUrl: string | undefined;
  /** Where this server meets others; undefined: it is alone. */
  natsUrl: string | undefined;
  natsReplicas: number;
  /** How checking is paced, where it is not to be as usual. */
  checking: { epochMs: number | undefined; playMeanMs: number | undefined; watchMs: number | undefined };
  /** What players and nodes measure their round trips to; `place`, where it is known. */
  probePoints: ProbePointText[];
  /** ISO 3166-1 alpha-2; undefined: any. */
  countriesAllowed: string[] | undefined;
  countriesDenied: string[];
  /** "US/California" */
  regionsDenied: string[];
  feeMaxMicros: number | undefined;
  logLevel: LogLevel;
};

export type ProbePointText = { id: string; url: string; place: { latitude: number; longitude: number; country: string } | undefined };

/** Where things are when the environment doesn't say. */
export type EnvironmentDefaults = { dataFolder: string; clientFolder: string };

export type EnvironmentResult = { ok: true; environment: Environment } | { ok: false; faults: string[] };

const PORT_DEFAULT = 8080;

const Port = z.pipe(
  z.string().check(z.regex(/^\d{1,5}$/)),
  z.pipe(z.transform(Number), z.int().check(z.lte(65_535))),
);
const Folder = z.pipe(
  z.string().check(z.minLength(1), z.maxLength(4096)),
  z.transform((folder: string) => path.resolve(folder)),
);
const Origin = z.string().check(
  z.refine((origin) => URL.canParse(origin) && new URL(origin).origin === origin),
);

const Place = z.pipe(
  z.pipe(
    z.string().check(z.regex(/^-?\d+(\.\d+)?,-?\d+(\.\d+)?,[A-Z]{2}$/)),
    z.transform((text: string) => {
      const [latitude, longitude, country] = text.split(",");
      return { latitude: Number(latitude), longitude: Number(longitude), country: country ?? "" };
    }),
  ),
  z.object({
    latitude: z.number().check(z.gte(-90), z.lte(90)),
    longitude: z.number().check(z.gte(-180), z.lte(180)),
    country: z.string(),
  }),
);
const Countries = listOf(",", z.string().check(z.regex(/^[A-Z]{2}$/)));
const ProbePointEntry = z.pipe(
  z.pipe(
    z.string().check(z.regex(/^[A-Za-z0-9_.-]{1,40}=https?:\/\/[^\s@]{1,400}(@[^\s@]+)?$/)),
    z.transform((text: string) => {
      const [name = "", place] = text.split("@");
      const at = name.indexOf("=");
      return { id: name.slice(0, at), url: name.slice(at + 1), place };
    }),
  ),
  z.object({ id: z.string(), url: z.string().check(z.refine((url) => URL.canParse(url))), place: z.union([z.undefined(), Place]) }),
);
const DatabaseUrl = z.string().check(z.refine((url) => hasProtocol(url, ["postgres:", "postgresql:"])));
const NatsUrl = z.string().check(z.refine((urls) => urls.split(",").every((url) => hasProtocol(url.trim(), ["nats:", "tls:"]))));

/** Schema and, for a value that it refuses, the rest of the sentence "NAME ...". */
const VARIABLES = {
  PORT: { schema: Port, rule: `must be a number from 0 to 65535, for example ${PORT_DEFAULT}` },
  HOST: { schema: z.string().check(z.regex(/^\S{1,255}$/)), rule: "must be a host name or an address, for example 127.0.0.1" },
  NEARFRAME_DATA: { schema: Folder, rule: "must name a folder" },
  NEARFRAME_CLIENT: { schema: Folder, rule: "must name the folder of the built client" },
  NEARFRAME_TITLES: { schema: listOf(path.delimiter, Folder), rule: `must list folders, separated by "${path.delimiter}"` },
  NEARFRAME_ORIGINS: {
    schema: listOf(",", Origin),
    rule: "must list origins, separated by commas, for example https://play.example.org",
  },
  NEARFRAME_PROXIES: {
    schema: z.pipe(z.string().check(z.regex(/^\d$/)), z.transform(Number)),
    rule: "must be the number of reverse proxies before this server, 0 to 9",
  },
  NEARFRAME_CITIES: {
    schema: Folder,
    rule: "must name a MaxMind DB file of cities, such as DB-IP's or GeoLite2-City",
  },
  NEARFRAME_PLACE: {
    schema: Place,
    rule: 'must be this server\'s latitude, longitude and country, for example 52.52,13.40,DE',
  },
  NEARFRAME_ICE_SERVERS: {
    schema: z.pipe(z.string().check(z.refine((text) => readIceServers(text) !== undefined)), z.transform((text) => readIceServers(text) ?? [])),
    rule: "must list STUN and TURN servers, separated by commas, for example stun:stun.example.org:3478,turn:name:secret@turn.example.org:3478",
  },
  NEARFRAME_NODE_TOKEN: {
    schema: z.string().check(z.regex(new RegExp(`^\\S{${NODE_TOKEN_LENGTH_MIN},256}$`))),
    rule: `must have at least ${NODE_TOKEN_LENGTH_MIN} characters and no spaces; or leave it out, and one is made`,
  },
  NEARFRAME_ADMIN_TOKEN: {
    schema: z.string().check(z.regex(new RegExp(`^\\S{${ADMIN_TOKEN_LENGTH_MIN},256}$`))),
    rule: `must have at least ${ADMIN_TOKEN_LENGTH_MIN} characters and no spaces; or leave it out, and one is made`,
  },
  NEARFRAME_SAVE_SECRET: {
    schema: z.string().check(z.regex(new RegExp(`^\\S{${SAVE_SECRET_LENGTH_MIN},256}$`))),
    rule: `must have at least ${SAVE_SECRET_LENGTH_MIN} characters and no spaces; or leave it out, and one is made`,
  },
  DATABASE_URL: {
    schema: DatabaseUrl,
    rule: "must be the address of a PostgreSQL database, for example postgres://user:password@host:5432/nearframe",
  },
  NATS_URL: {
    schema: NatsUrl,
    rule: "must be the address of NATS, or several separated by commas, for example nats://user:password@host:4222",
  },
  NATS_REPLICAS: {
    schema: z.pipe(z.enum(["1", "3", "5"]), z.transform(Number)),
    rule: "must be 1, 3 or 5: how many servers of a NATS cluster keep each entry",
  },
  NEARFRAME_CHECKING_EPOCH_S: {
    schema: seconds(5, 86_400),
    rule: "must be how many seconds an epoch of checking has, 5 to 86400; the same for every server",
  },
  NEARFRAME_CHECKING_PLAY_EVERY_S: {
    schema: seconds(1, 604_800),
    rule: "must be how many seconds lie in the mean between two plays of checkers on one node, 1 to 604800",
  },
  NEARFRAME_CHECKING_WATCH_S: {
    schema: seconds(1, 300),
    rule: "must be how many seconds a checker watches a picture that has settled, 1 to 300",
  },
  NEARFRAME_PROBE_POINTS: {
    schema: listOf(" ", ProbePointEntry),
    rule: "must list at most 16 probe points with spaces between them, each as NAME=URL or NAME=URL@latitude,longitude,country, for example fra=https://fra.example.org/api/echo@50.11,8.68,DE",
  },
  NEARFRAME_COUNTRIES_ALLOWED: { schema: Countries, rule: "must list countries by ISO 3166-1 alpha-2, separated by commas, for example DE,FR" },
  NEARFRAME_COUNTRIES_DENIED: { schema: Countries, rule: "must list countries by ISO 3166-1 alpha-2, separated by commas, for example DE,FR" },
  NEARFRAME_REGIONS_DENIED: {
    schema: listOf(",", z.string().check(z.regex(/^[A-Z]{2}\/.{1,97}$/))),
    rule: "must list regions behind their countries, separated by commas, for example US/California",
  },
  NEARFRAME_FEE_MAX_MICROS: {
    schema: z.pipe(z.string().check(z.regex(/^\d{1,15}$/)), z.transform(Number)),
    rule: "must be the most that a node may ask for an hour, in millionths of the network's unit",
  },
  NEARFRAME_LOG: { schema: z.enum(LOG_LEVELS), rule: `must be one of ${LOG_LEVELS.join(", ")}` },
};
type Name = keyof typeof VARIABLES;
const SECRETS: ReadonlySet<Name> = new Set(["NEARFRAME_NODE_TOKEN", "NEARFRAME_ADMIN_TOKEN", "NEARFRAME_SAVE_SECRET", "NEARFRAME_ICE_SERVERS", "DATABASE_URL", "NATS_URL"]);

/** What servers that meet on NATS must have in common. */
const SHARED = [
  { name: "DATABASE_URL", why: "each takes over the sessions of one that dies, from the database" },
  { name: "NEARFRAME_STORAGE", why: "a player's saves must be where each of them looks, in a shared folder or a bucket" },
  { name: "NEARFRAME_SAVE_SECRET", why: "a save that one locks the others must open" },
] as const;

/** An empty variable counts as one that is not set. */
export function readEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
  defaults: EnvironmentDefaults,
): EnvironmentResult {
  const faults: string[] = [];
  const read = <N extends Name>(name: N): z.output<(typeof VARIABLES)[N]["schema"]> | undefined => {
    const text = variables[name];
    if (text === undefined || text === "") return undefined;
    const { schema, rule } = VARIABLES[name];
    const parsed = z.safeParse(schema, text);
    if (parsed.success) return parsed.data as z.output<(typeof VARIABLES)[N]["schema"]>;
    // A secret is one even when it is wrong.
    const shown = SECRETS.has(name) ? "" : `; it is "${text.slice(0, 200)}"`;
    faults.push(`${name} ${rule}${shown}.`);
    return undefined;
  };
  const dataFolder = read("NEARFRAME_DATA") ?? defaults.dataFolder;
  const storage = readStorage(variables, dataFolder);
  if (!storage.ok) faults.push(...storage.faults);
  const environment: Omit<Environment, "storage"> = {
    port: read("PORT") ?? PORT_DEFAULT,
    host: read("HOST"),
    titleFolders: read("NEARFRAME_TITLES") ?? [],
    dataFolder,
    clientFolder: read("NEARFRAME_CLIENT") ?? defaults.clientFolder,
    origins: read("NEARFRAME_ORIGINS") ?? [],
    proxyCount: read("NEARFRAME_PROXIES") ?? 0,
    citiesFile: read("NEARFRAME_CITIES"),
    place: read("NEARFRAME_PLACE"),
    iceServers: read("NEARFRAME_ICE_SERVERS") ?? [],
    nodeToken: read("NEARFRAME_NODE_TOKEN"),
    adminToken: read("NEARFRAME_ADMIN_TOKEN"),
    saveSecret: read("NEARFRAME_SAVE_SECRET"),
    databaseUrl: read("DATABASE_URL"),
    natsUrl: read("NATS_URL"),
    natsReplicas: read("NATS_REPLICAS") ?? 1,
    checking: {
      epochMs: read("NEARFRAME_CHECKING_EPOCH_S"),
      playMeanMs: read("NEARFRAME_CHECKING_PLAY_EVERY_S"),
      watchMs: read("NEARFRAME_CHECKING_WATCH_S"),
    },
    probePoints: (read("NEARFRAME_PROBE_POINTS") ?? []).map(({ id, url, place }) => ({ id, url, place })),
    countriesAllowed: read("NEARFRAME_COUNTRIES_ALLOWED"),
    countriesDenied: read("NEARFRAME_COUNTRIES_DENIED") ?? [],
    regionsDenied: read("NEARFRAME_REGIONS_DENIED") ?? [],
    feeMaxMicros: read("NEARFRAME_FEE_MAX_MICROS"),
    logLevel: read("NEARFRAME_LOG") ?? "info",
  };
  if (environment.probePoints.length > PROBE_POINTS_MAX) faults.push(`NEARFRAME_PROBE_POINTS ${VARIABLES.NEARFRAME_PROBE_POINTS.rule}.`);
  if (isSet(variables, "NATS_URL")) {
    for (const { name, why } of SHARED) {
      if (!isSet(variables, name)) faults.push(`NATS_URL needs ${name} as well, the same for every server: ${why}.`);
    }
  }
  return faults.length > 0 || !storage.ok ? { ok: false, faults } : { ok: true, environment: { ...environment, storage: storage.storage } };
}

function isSet(variables: Readonly<Record<string, string | undefined>>, name: string): boolean {
  return (variables[name] ?? "") !== "";
}

/** Whole seconds, as milliseconds. */
function seconds(least: number, most: number) {
  const count = z.pipe(z.transform(Number), z.int().check(z.gte(least), z.lte(most)));
  const ms = z.transform((each: number) => each * 1_000);
  return z.pipe(z.pipe(z.string().check(z.regex(/^\d{1,7}$/)), count), ms);
}

function hasProtocol(url: string, protocols: readonly string[]): boolean {
  const parsed = URL.parse(url);
  return parsed !== null && protocols.includes(parsed.protocol) && parsed.hostname !== "";
}

function listOf<S extends z.ZodMiniType<unknown, string>>(separator: string, item: S) {
  const split = z.transform((text: string) => text.split(separator).map((part) => part.trim()).filter((part) => part !== ""));
  return z.pipe(z.string(), z.pipe(split, z.array(item)));
}
