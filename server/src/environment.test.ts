import path from "node:path";
import { expect, test } from "vitest";
import { readEnvironment } from "./environment.ts";

const defaults = { dataFolder: "/data", clientFolder: "/client" };

test("an empty environment gives the defaults", () => {
  const expected = {
    ok: true,
    environment: {
      port: 8080,
      host: undefined,
      titleFolders: [],
      dataFolder: "/data",
      clientFolder: "/client",
      origins: [],
      proxyCount: 0,
      iceServers: [],
      nodeToken: undefined,
      citiesFile: undefined,
      place: undefined,
      saveSecret: undefined,
      adminToken: undefined,
      storage: { type: "folder", folder: "/data/objects" },
      databaseUrl: undefined,
      natsUrl: undefined,
      natsReplicas: 1,
      checking: { epochMs: undefined, playMeanMs: undefined, watchMs: undefined },
      probePoints: [],
      countriesAllowed: undefined,
      countriesDenied: [],
      regionsDenied: [],
      feeMaxMicros: undefined,
      logLevel: "info",
    },
  };
  expect(readEnvironment({}, defaults)).toEqual(expected);
  expect(readEnvironment({ PORT: "", NEARFRAME_TITLES: "", SHELL: "/bin/sh" }, defaults)).toEqual(expected);
});

test("everything can be said", () => {
  const result = readEnvironment(
    {
      PORT: "0",
      HOST: "::1",
      NEARFRAME_TITLES: ["/games", "more", ""].join(path.delimiter),
      NEARFRAME_DATA: "/var/lib/nearframe/",
      NEARFRAME_CLIENT: "dist",
      NEARFRAME_ORIGINS: "https://play.example.org, http://localhost:5173",
      NEARFRAME_PROXIES: "1",
      NEARFRAME_ICE_SERVERS: "stun:stun.example.org:3478",
      NEARFRAME_NODE_TOKEN: "0123456789abcdef",
      NEARFRAME_SAVE_SECRET: "0123456789abcdef0123456789abcdef",
      NEARFRAME_ADMIN_TOKEN: "0123456789abcdef01234567",
      NEARFRAME_STORAGE: "/mnt/objects",
      DATABASE_URL: "postgres://user:secret@db.example.org/nearframe",
      NATS_URL: "nats://a.example.org:4222, nats://b.example.org",
      NATS_REPLICAS: "3",
      NEARFRAME_CHECKING_EPOCH_S: "60",
      NEARFRAME_CHECKING_PLAY_EVERY_S: "120",
      NEARFRAME_CHECKING_WATCH_S: "5",
      NEARFRAME_CITIES: "/data/cities.mmdb",
      NEARFRAME_PLACE: "52.52,13.40,DE",
      NEARFRAME_PROBE_POINTS: "fra=https://fra.example.org/api/echo@50.11,8.68,DE  home=http://10.0.0.7:8080/api/echo",
      NEARFRAME_COUNTRIES_ALLOWED: "DE, FR",
      NEARFRAME_COUNTRIES_DENIED: "XX",
      NEARFRAME_REGIONS_DENIED: "US/California,FR/Brittany",
      NEARFRAME_FEE_MAX_MICROS: "500000",
      NEARFRAME_LOG: "debug",
    },
    defaults,
  );
  expect(result).toEqual({
    ok: true,
    environment: {
      port: 0,
      host: "::1",
      titleFolders: ["/games", path.resolve("more")],
      dataFolder: "/var/lib/nearframe",
      clientFolder: path.resolve("dist"),
      origins: ["https://play.example.org", "http://localhost:5173"],
      proxyCount: 1,
      iceServers: [{ urls: "stun:stun.example.org:3478" }],
      nodeToken: "0123456789abcdef",
      saveSecret: "0123456789abcdef0123456789abcdef",
      adminToken: "0123456789abcdef01234567",
      storage: { type: "folder", folder: "/mnt/objects" },
      databaseUrl: "postgres://user:secret@db.example.org/nearframe",
      natsUrl: "nats://a.example.org:4222, nats://b.example.org",
      natsReplicas: 3,
      checking: { epochMs: 60_000, playMeanMs: 120_000, watchMs: 5_000 },
      citiesFile: "/data/cities.mmdb",
      place: { latitude: 52.52, longitude: 13.4, country: "DE" },
      probePoints: [
        { id: "fra", url: "https://fra.example.org/api/echo", place: { latitude: 50.11, longitude: 8.68, country: "DE" } },
        { id: "home", url: "http://10.0.0.7:8080/api/echo", place: undefined },
      ],
      countriesAllowed: ["DE", "FR"],
      countriesDenied: ["XX"],
      regionsDenied: ["US/California", "FR/Brittany"],
      feeMaxMicros: 500_000,
      logLevel: "debug",
    },
  });
});

test.each([
  ["PORT", "http", "PORT must be a number from 0 to 65535, for example 8080; it is \"http\"."],
  ["PORT", "65536", "PORT must be a number from 0 to 65535, for example 8080; it is \"65536\"."],
  ["PORT", "-1", "PORT must be a number from 0 to 65535, for example 8080; it is \"-1\"."],
  ["HOST", "my host", "HOST must be a host name or an address, for example 127.0.0.1; it is \"my host\"."],
  ["NEARFRAME_ORIGINS", "play.example.org", "NEARFRAME_ORIGINS must list origins, separated by commas, for example https://play.example.org; it is \"play.example.org\"."],
  ["NEARFRAME_ORIGINS", "https://play.example.org/", "NEARFRAME_ORIGINS must list origins, separated by commas, for example https://play.example.org; it is \"https://play.example.org/\"."],
  ["NEARFRAME_LOG", "loud", "NEARFRAME_LOG must be one of debug, info, warn, error, silent; it is \"loud\"."],
  ["NEARFRAME_NODE_TOKEN", "short", "NEARFRAME_NODE_TOKEN must have at least 16 characters and no spaces; or leave it out, and one is made."],
  ["NEARFRAME_SAVE_SECRET", "short", "NEARFRAME_SAVE_SECRET must have at least 32 characters and no spaces; or leave it out, and one is made."],
  ["DATABASE_URL", "mysql://user:secret@host/games", "DATABASE_URL must be the address of a PostgreSQL database, for example postgres://user:password@host:5432/nearframe."],
  ["DATABASE_URL", "postgres:///games", "DATABASE_URL must be the address of a PostgreSQL database, for example postgres://user:password@host:5432/nearframe."],
  ["NEARFRAME_CHECKING_EPOCH_S", "2", "NEARFRAME_CHECKING_EPOCH_S must be how many seconds an epoch of checking has, 5 to 86400; the same for every server; it is \"2\"."],
  ["NEARFRAME_COUNTRIES_DENIED", "Germany", 'NEARFRAME_COUNTRIES_DENIED must list countries by ISO 3166-1 alpha-2, separated by commas, for example DE,FR; it is "Germany".'],
  ["NEARFRAME_PROBE_POINTS", "fra@50,8,DE", 'NEARFRAME_PROBE_POINTS must list at most 16 probe points with spaces between them, each as NAME=URL or NAME=URL@latitude,longitude,country, for example fra=https://fra.example.org/api/echo@50.11,8.68,DE; it is "fra@50,8,DE".'],
  ["NATS_REPLICAS", "2", "NATS_REPLICAS must be 1, 3 or 5: how many servers of a NATS cluster keep each entry; it is \"2\"."],
])("%s=%s is one clear sentence", (name, value, sentence) => {
  expect(readEnvironment({ [name]: value }, defaults)).toEqual({ ok: false, faults: [sentence] });
});

test("all faults are told at once", () => {
  const result = readEnvironment({ PORT: "x", NEARFRAME_LOG: "y" }, defaults);
  expect(result).toMatchObject({ ok: false, faults: [expect.stringContaining("PORT"), expect.stringContaining("NEARFRAME_LOG")] });
});

test("one server may have PostgreSQL alone; several need all that they share", () => {
  const DATABASE_URL = "postgres://localhost/nearframe";
  expect(readEnvironment({ DATABASE_URL }, defaults)).toMatchObject({ ok: true, environment: { databaseUrl: DATABASE_URL, natsUrl: undefined } });
  expect(readEnvironment({ NATS_URL: "nats://localhost" }, defaults)).toEqual({
    ok: false,
    faults: [
      expect.stringContaining("NATS_URL needs DATABASE_URL as well"),
      expect.stringContaining("NATS_URL needs NEARFRAME_STORAGE as well"),
      expect.stringContaining("NATS_URL needs NEARFRAME_SAVE_SECRET as well"),
    ],
  });
});

test("an address that is wrong is not shown: it may hold a password", () => {
  const result = readEnvironment({ NATS_URL: "http://user:secret@host", DATABASE_URL: "secret@host" }, defaults);
  expect(result.ok).toBe(false);
  expect(JSON.stringify(result)).not.toContain("secret@host");
});
