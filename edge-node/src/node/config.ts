// What an operator sets, read once at the door. Pure.

import { delimiter } from "node:path";
import * as z from "zod/mini";
import { Id } from "@nearframe/shared/protocol/media";
import { describeIssues } from "@nearframe/shared/protocol/parse";
import { WORDS } from "@nearframe/shared/words";
import { VIDEO_ENCODER_NAMES, type VideoEncoderName } from "../media/encode/known-encoders.ts";
import { DeviceAddressError, parseDeviceAddresses, parseEndpoint, type DeviceAddress } from "../title/android/device-address.ts";
import { SCRCPY_SHA256 } from "../title/android/scrcpy/server-file.ts";
import { parseServerAddresses, ServerAddressError } from "./server-addresses.ts";

const Port = z.coerce.number().check(z.int(), z.gte(0), z.lte(65_535));

const ADB_SERVER_PORT = 5037;

const Encoders = z.pipe(
  z.pipe(z.string(), z.transform((text) => text.split(",").map((name) => name.trim()))),
  z.array(z.enum(VIDEO_ENCODER_NAMES)).check(z.minLength(1)),
);

const Environment = z.object({
  /** One or several, separated by commas; see `parseServerAddresses`. */
  NEARFRAME_SERVER: z._default(z.string(), "ws://127.0.0.1:8080/node"),
  NEARFRAME_NODE_TOKEN: z.optional(z.string().check(z.minLength(16))),
  NEARFRAME_NODE_NAME: z.optional(z.string().check(z.minLength(1), z.maxLength(80))),
  NEARFRAME_DATA: z._default(z.string().check(z.minLength(1)), ".nearframe"),
  /** UDP and TCP port of all WebRTC; 0: any free one. */
  NEARFRAME_MEDIA_PORT: z._default(Port, 0),
  /** Public address, where players can't reach this machine's own (NAT). */
  NEARFRAME_ANNOUNCE: z.optional(z.string().check(z.minLength(1), z.maxLength(253))),
  NEARFRAME_PIPELINE: z._default(z.enum(["damage", "ffmpeg"]), "damage"),
  /** The only encoders that may be used, where a driver can't be trusted. */
  NEARFRAME_ENCODERS: z._default(Encoders, [...VIDEO_ENCODER_NAMES]),
  NEARFRAME_BITRATE_KBPS: z._default(z.coerce.number().check(z.int(), z.gte(200), z.lte(100_000)), 8000),
  NEARFRAME_SLOTS: z.optional(z.coerce.number().check(z.int(), z.gte(1), z.lte(1000))),
  /** Of titles that ask for a graphics card, on each card at once; left out: as many as its memory holds. */
  NEARFRAME_GPU_SESSIONS: z.optional(z.coerce.number().check(z.int(), z.gte(1), z.lte(1000))),
  /** More folders of titles, besides those that come with the node. */
  NEARFRAME_TITLES: z._default(z.string(), ""),
  /** What fetched titles may take of the disk. */
  NEARFRAME_TITLE_DISK_GB: z._default(z.coerce.number().check(z.gte(0.1), z.lte(100_000)), 50),
  /** What the line carries away from here, where the operator knows. */
  NEARFRAME_UPLINK_KBPS: z.optional(z.coerce.number().check(z.int(), z.gte(1), z.lte(1_000_000_000))),
  /** What one session costs an hour, in millionths of the network's unit. */
  NEARFRAME_FEE_PER_HOUR_MICROS: z._default(z.coerce.number().check(z.int(), z.gte(0)), 0),
  /** Whom the node belongs to. */
  NEARFRAME_OPERATOR: z.optional(Id),
  /** Between two archives of what a title keeps, while it runs and changes it. */
  NEARFRAME_SAVE_INTERVAL_S: z._default(z.coerce.number().check(z.gte(1), z.lte(86_400)), 60),
  NEARFRAME_SANDBOX: z._default(z.enum(["bubblewrap", "none"]), "bubblewrap"),
  /** Whether titles whose manifests ask for the network get it. */
  NEARFRAME_TITLE_NETWORK: z._default(z.enum(["0", "1"]), "0"),
  /** Whether titles that are asked for often are kept started, frozen, in slots that nobody uses, and a media process ready. */
  NEARFRAME_WARM: z._default(z.enum(["0", "1"]), "1"),
  /** Android devices, separated by commas; see `parseDeviceAddresses`. */
  NEARFRAME_ANDROID: z._default(z.string(), ""),
  /** The adb server through which devices named "adb:SERIAL" are reached. */
  NEARFRAME_ADB_SERVER: z._default(z.string(), "127.0.0.1:5037"),
  /** The file "scrcpy-server" of the version that this speaks. */
  NEARFRAME_SCRCPY_SERVER: z.optional(z.string()),
  /** For who builds it from source. */
  NEARFRAME_SCRCPY_SHA256: z._default(z.string().check(z.regex(/^[0-9a-f]{64}$/, { error: "64 hexadecimal digits" })), SCRCPY_SHA256),
  NEARFRAME_LOG: z._default(z.enum(["debug", "info", "warn", "error"]), "info"),
});

export type NodeConfig = {
  serverUrls: readonly string[];
  token: string | undefined;
  name: string | undefined;
  dataFolder: string;
  mediaPort: number;
  announcedAddress: string | undefined;
  pipeline: "damage" | "ffmpeg";
  encoders: readonly VideoEncoderName[];
  bitrateKbps: number;
  slots: number | undefined;
  /** Undefined: by each card's memory. */
  titlesPerCard: number | undefined;
  titleFolders: readonly string[];
  uplinkKbps: number | undefined;
  feePerHourMicros: number;
  saveIntervalMs: number;
  titleDiskBytes: number;
  operatorId: string | undefined;
  sandbox: "bubblewrap" | "none";
  titleNetworkAllowed: boolean;
  keepsWarm: boolean;
  /** Undefined where there are no devices. */
  android: AndroidConfig | undefined;
  logLevel: "debug" | "info" | "warn" | "error";
};

export type AndroidConfig = {
  addresses: readonly DeviceAddress[];
  adbServer: { host: string; port: number };
  scrcpy: { file: string; sha256: string };
};

export class ConfigError extends Error {
  readonly code = "CONFIG";
}

/** Throws `ConfigError` with a sentence that names the variable. */
export function parseConfig(environment: Readonly<Record<string, string | undefined>>): NodeConfig {
  // A variable set to nothing is not set.
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ""));
  const parsed = z.safeParse(Environment, set, WORDS);
  if (!parsed.success) throw new ConfigError(`the environment is wrong: ${describeIssues(parsed.error.issues)}`);
  const { data } = parsed;
  return {
    serverUrls: readServers(data.NEARFRAME_SERVER),
    token: data.NEARFRAME_NODE_TOKEN,
    name: data.NEARFRAME_NODE_NAME,
    dataFolder: data.NEARFRAME_DATA,
    mediaPort: data.NEARFRAME_MEDIA_PORT,
    announcedAddress: data.NEARFRAME_ANNOUNCE,
    pipeline: data.NEARFRAME_PIPELINE,
    // Each once, in our order, however they were written.
    encoders: VIDEO_ENCODER_NAMES.filter((name) => data.NEARFRAME_ENCODERS.includes(name)),
    bitrateKbps: data.NEARFRAME_BITRATE_KBPS,
    slots: data.NEARFRAME_SLOTS,
    titlesPerCard: data.NEARFRAME_GPU_SESSIONS,
    titleFolders: data.NEARFRAME_TITLES.split(delimiter).filter((folder) => folder !== ""),
    uplinkKbps: data.NEARFRAME_UPLINK_KBPS,
    feePerHourMicros: data.NEARFRAME_FEE_PER_HOUR_MICROS,
    titleDiskBytes: data.NEARFRAME_TITLE_DISK_GB * 1e9,
    saveIntervalMs: data.NEARFRAME_SAVE_INTERVAL_S * 1000,
    operatorId: data.NEARFRAME_OPERATOR,
    sandbox: data.NEARFRAME_SANDBOX,
    titleNetworkAllowed: data.NEARFRAME_TITLE_NETWORK === "1",
    keepsWarm: data.NEARFRAME_WARM === "1",
    android: readAndroid(data),
    logLevel: data.NEARFRAME_LOG,
  };
}

function readAndroid(data: z.infer<typeof Environment>): AndroidConfig | undefined {
  const read = <T>(variable: string, parse: () => T): T => {
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof DeviceAddressError)) throw error;
      throw new ConfigError(`the environment is wrong: ${variable}: ${error.message}`);
    }
  };
  const addresses = read("NEARFRAME_ANDROID", () => parseDeviceAddresses(data.NEARFRAME_ANDROID));
  if (addresses.length === 0) return undefined;
  const file = data.NEARFRAME_SCRCPY_SERVER;
  if (file === undefined) {
    throw new ConfigError("NEARFRAME_ANDROID needs NEARFRAME_SCRCPY_SERVER, the file that runs on the devices; docs/android.md says where to get it");
  }
  const adbServer = read("NEARFRAME_ADB_SERVER", () => parseEndpoint(data.NEARFRAME_ADB_SERVER, ADB_SERVER_PORT));
  return { addresses, adbServer, scrcpy: { file, sha256: data.NEARFRAME_SCRCPY_SHA256 } };
}

function readServers(text: string): string[] {
  try {
    return parseServerAddresses(text);
  } catch (error) {
    if (!(error instanceof ServerAddressError)) throw error;
    throw new ConfigError(`the environment is wrong: NEARFRAME_SERVER: ${error.message}`);
  }
}
