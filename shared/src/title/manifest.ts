// A title is data: a folder with `title.json` and artwork. This is the shape of
// that file, and the errors a publisher reads when it is wrong.

import * as z from "zod/mini";
import { CODES } from "../input/codes.ts";
import { HOST_NAME, isAllowedName } from "./network-names.ts";
import { SENSES, type Sense } from "./senses.ts";
import { WORDS } from "../words.ts";

export const RUNTIMES = ["native", "web", "windows", "phone", "android", "libretro", "test-card"] as const;
export type Runtime = (typeof RUNTIMES)[number];

/** What of a player's device each runtime can pass on to its titles. */
export const SENSES_OF_RUNTIME: Readonly<Partial<Record<Runtime, readonly Sense[]>>> = {
  native: ["microphone"],
  windows: ["microphone"],
  phone: ["microphone"],
  web: ["motion", "location", "microphone", "camera"],
};

const text = (max: number) => z.string().check(z.minLength(1), z.maxLength(max));
const KeyCode = z.string().check(
  z.refine((code) => code in CODES, { error: "not a KeyboardEvent.code, such as \"KeyW\" or \"ArrowUp\"" }),
);
/** A file inside the title's folder. */
const RelativePath = text(200).check(
  z.regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$))[^\0]+$/, { error: "a path inside the title's folder" }),
);

export const TitleSize = z.strictObject({
  width: z.int().check(z.gte(160), z.lte(3840), z.multipleOf(2)),
  height: z.int().check(z.gte(120), z.lte(2160), z.multipleOf(2)),
});
export type TitleSize = z.infer<typeof TitleSize>;

export const POINTER_MODES = ["none", "absolute", "relative"] as const;

/** Standard gamepad layout: W3C Gamepad API, "standard" mapping, in its order. */
export const PAD_BUTTONS = [
  "south", "east", "west", "north", "l1", "r1", "l2", "r2", "select", "start", "l3", "r3",
  "up", "down", "left", "right", "home",
] as const;
export type PadButton = (typeof PAD_BUTTONS)[number];

/** Where a pad's parts go on a host that can make no virtual pad: to keys and the pointer. */
export const PadMapping = z.strictObject({
  buttons: z.optional(z.partialRecord(z.enum(PAD_BUTTONS), KeyCode)),
  /** Keys that a stick holds down when it is pushed past half way. */
  leftStick: z.optional(z.strictObject({ up: KeyCode, down: KeyCode, left: KeyCode, right: KeyCode })),
  /** The right stick moves the pointer, at full deflection by so many pixels a second. */
  rightStickPixelsPerSecond: z.optional(z.number().check(z.gte(50), z.lte(10_000))),
});
export type PadMapping = z.infer<typeof PadMapping>;

export const TOUCH_CONTROL_KINDS = ["button", "stick", "dpad", "look", "gyro", "swipe"] as const;

/** One part of the on-screen controls for touch players. */
export const TouchControl = z.strictObject({
  /**
   * `dpad`: a stick of eight ways. `look`: dragging turns the camera. `gyro`: while it is
   * held, tilting the phone turns the camera. `swipe`: a stroke presses the key of its way.
   */
  kind: z.enum(TOUCH_CONTROL_KINDS),
  label: z.optional(text(12)),
  /** What a button holds down, and a gyro beside turning; else up, down, left and right in this order. */
  keys: z.optional(z.array(KeyCode).check(z.maxLength(4))),
  /** A part of the pad in place of keys: a button, or for a stick all of its way. A dpad without either is the pad's cross. */
  pad: z.optional(z.enum([...PAD_BUTTONS, "left-stick", "right-stick"])),
  /** Centre, as a share of the screen's width and height. */
  x: z.number().check(z.gte(0), z.lte(1)),
  y: z.number().check(z.gte(0), z.lte(1)),
  /** Diameter, as a share of the screen's shorter side. */
  size: z.number().check(z.gte(0.05), z.lte(1)),
});
export type TouchControl = z.infer<typeof TouchControl>;

export const InputNeeds = z.strictObject({
  keyboard: z.boolean(),
  /** `relative`: the title turns a camera by mouse motion, so the page locks the pointer. */
  pointer: z.enum(POINTER_MODES),
  /** The title understands touches as they are. */
  touch: z.boolean(),
  pad: z.optional(PadMapping),
  touchControls: z.optional(z.array(TouchControl).check(z.maxLength(16))),
});
export type InputNeeds = z.infer<typeof InputNeeds>;

/** An app on an Android device. */
export const AndroidApp = z.strictObject({
  package: text(200).check(z.regex(/^[a-zA-Z]\w*(\.[a-zA-Z]\w*)+$/, { error: "a package's name, such as \"org.example.game\"" })),
  /** The app's own start where left out. */
  activity: z.optional(text(200).check(z.regex(/^\.?[a-zA-Z][\w.$]*$/, { error: "a class, such as \".MainActivity\"" }))),
  /** What the app is to open, in place of an activity. */
  link: z.optional(text(500).check(z.regex(/^[a-zA-Z][\w+.-]*:\S+$/, { error: "an address, such as \"game://level/2\"" }))),
  /** Installed for each session, from the title's folder; left out where the device brings the app. */
  apk: z.optional(RelativePath),
  /** Nothing but this app: no way to the home screen or to others. */
  kiosk: z.optional(z.boolean()),
});
export type AndroidApp = z.infer<typeof AndroidApp>;

/** A console's program, and the core that plays it. */
export const LibretroContent = z.strictObject({
  /** As in `nestopia_libretro.so`. */
  core: text(60).check(z.regex(/^[a-z0-9_]+$/, { error: "a core's name, such as \"nestopia\"" })),
  /** In the title's folder; left out for a core that needs none. */
  content: z.optional(RelativePath),
});
export type LibretroContent = z.infer<typeof LibretroContent>;
const Country = z.string().check(z.regex(/^[A-Z]{2}$/, { error: "a country as ISO 3166-1 alpha-2, such as \"DE\"" }));
const Region = text(100).check(z.regex(/^[A-Z]{2}\/.+$/, { error: "a country and its region, such as \"US/California\"" }));

/** Where the title may run, by contract or law, and how far from its player. */
export const TitlePlacement = z.strictObject({
  /** Left out: any; with it, nodes of unknown country are out. */
  countriesAllowed: z.optional(z.array(Country).check(z.minLength(1), z.maxLength(250))),
  countriesDenied: z.optional(z.array(Country).check(z.maxLength(250))),
  regionsDenied: z.optional(z.array(Region).check(z.maxLength(100))),
  /** Network round trip that it bears at most, however long the player waits. */
  latencyMsMax: z.optional(z.int().check(z.gte(10), z.lte(500))),
  feePerHourMicrosMax: z.optional(z.int().check(z.gte(0))),
});
export type TitlePlacement = z.infer<typeof TitlePlacement>;

export const TitleManifest = z.strictObject({
  id: z.string().check(
    z.minLength(1), z.maxLength(40),
    z.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, { error: "lower-case letters, digits and single hyphens" }),
  ),
  name: text(60),
  /** One sentence for the catalogue. */
  summary: text(200),
  publisher: text(80),
  /** Licence of the title and of its artwork, as shown to players. */
  credits: text(300),
  category: z.enum(["action", "adventure", "arcade", "puzzle", "racing", "strategy", "app", "tool"]),
  art: z.strictObject({
    /** Upright, 3:4. */
    cover: RelativePath,
    /** Wide, 16:9. */
    hero: RelativePath,
    /** Square, without letters: on the home screen. Without one the cover is cropped. */
    icon: z.optional(RelativePath),
    /** Some seconds of play without sound, wide, .mp4 or .webm: moves while the player waits. */
    preview: z.optional(RelativePath),
    /** Letters and highlights on top of the art, `#rrggbb`. */
    accent: z.string().check(z.regex(/^#[0-9a-f]{6}$/, { error: "a colour as #rrggbb" })),
  }),
  runtime: z.enum(RUNTIMES),
  /**
   * native: program and arguments. Found on the node's PATH, or inside the title's folder.
   * windows: the same; inside the title's folder, or one that Wine brings.
   */
  command: z.optional(z.array(text(500)).check(z.minLength(1), z.maxLength(64))),
  /** phone: what it shows of the apps that are installed, by the names of their desktop entries. */
  apps: z.optional(z.array(text(100).check(z.regex(/^[\w.-]+$/, { error: "a desktop entry without its folder, such as \"org.gnome.Calculator\"" }))).check(z.maxLength(64))),
  /** web: the page to open, a file inside the title's folder or an https address. */
  page: z.optional(text(500)),
  /** web: its page draws with WebGL. On a card it can in any case. */
  webgl: z.optional(z.boolean()),
  android: z.optional(AndroidApp),
  libretro: z.optional(LibretroContent),
  /** Added to the title's environment. */
  environment: z.optional(z.record(text(80), z.string().check(z.maxLength(500)))),
  /** Files to lay into the title's home before it starts: path in the home -> path in the folder. */
  homeFiles: z.optional(z.record(RelativePath, RelativePath)),
  size: TitleSize,
  fps: z.int().check(z.gte(10), z.lte(120)),
  input: InputNeeds,
  /** Below the title's home, for an Android app its data folder: what belongs to the player and is kept. */
  savePaths: z.array(RelativePath).check(z.maxLength(32)),
  resources: z.strictObject({
    cpuCores: z.number().check(z.gte(0.1), z.lte(64)),
    memoryMb: z.int().check(z.gte(16), z.lte(262_144)),
    gpu: z.boolean(),
    /** May it reach the network? Off unless the title says why it must. */
    network: z.boolean(),
    /** All that it has to reach; left out: whatever is public. */
    networkNames: z.optional(
      z.array(text(253).check(z.regex(HOST_NAME, { error: "a host's name in lower case, such as \"api.example.org\" or \"*.example.org\"" })))
        .check(z.minLength(1), z.maxLength(64)),
    ),
  }),
  placement: z.optional(TitlePlacement),
  /** Debian packages that bring the command, for the operator's one install line. */
  packages: z.optional(z.array(text(80)).check(z.maxLength(32))),
  /** What of the player's device it makes use of, each with the player's leave. */
  sensors: z.optional(z.array(z.enum(SENSES)).check(z.maxLength(SENSES.length))),
  /** What happens while its player is away; `idle-policy.ts` has the numbers for what is left out. */
  idle: z.optional(
    z.strictObject({
      /** false: others play in the same world, which does not stand still. */
      pauses: z.optional(z.boolean()),
      /** Seconds with its page hidden, and without any input, after which it is paused. */
      hiddenS: z.optional(z.int().check(z.gte(1), z.lte(86_400))),
      untouchedS: z.optional(z.int().check(z.gte(1), z.lte(86_400))),
      /** Seconds that it stays paused before the session ends. */
      endsAfterS: z.optional(z.int().check(z.gte(1), z.lte(86_400))),
    }),
  ),
  /** A title that shows no picture by then has failed. */
  startTimeoutS: z.optional(z.int().check(z.gte(1), z.lte(300))),
});
export type TitleManifest = z.infer<typeof TitleManifest>;

/** A manifest and where its files are. */
export const Title = z.strictObject({ manifest: TitleManifest, folder: z.string().check(z.maxLength(4096)) });
export type Title = z.infer<typeof Title>;

export const START_TIMEOUT_S_DEFAULT = 30;

/** What is wrong with a manifest: which file, which field, why. */
export type ManifestProblem = { file: string; field: string; reason: string };
export type ManifestResult = { ok: true; manifest: TitleManifest } | { ok: false; problems: ManifestProblem[] };

/** Reads a manifest's text. `file` is only for the messages. */
export function parseManifest(text: string, file: string): ManifestResult {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    return { ok: false, problems: [{ file, field: "(file)", reason: `not JSON: ${(error as Error).message}` }] };
  }
  const parsed = z.safeParse(TitleManifest, raw, WORDS);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => ({
      file,
      field: issue.path.length > 0 ? issue.path.join(".") : issue.code === "unrecognized_keys" ? issue.keys.join(", ") : "(file)",
      reason: issue.code === "unrecognized_keys" ? "no such field" : issue.message,
    }));
    return { ok: false, problems };
  }
  const problems = crossCheck(parsed.data, file);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, manifest: parsed.data };
}

/** Rules that span two fields. */
function crossCheck(manifest: TitleManifest, file: string): ManifestProblem[] {
  const problems: ManifestProblem[] = [];
  if ((manifest.runtime === "native" || manifest.runtime === "windows") && !manifest.command) {
    problems.push({ file, field: "command", reason: `a ${manifest.runtime} title needs a command` });
  }
  if (manifest.runtime === "phone" && !manifest.apps) {
    problems.push({ file, field: "apps", reason: "a phone needs a list of its apps" });
  }
  if (manifest.runtime === "web" && !manifest.page) {
    problems.push({ file, field: "page", reason: "a web title needs a page" });
  }
  if (manifest.runtime === "android" && !manifest.android) {
    problems.push({ file, field: "android", reason: "an Android title needs to name its app" });
  }
  if (manifest.android?.activity !== undefined && manifest.android.link !== undefined) {
    problems.push({ file, field: "android", reason: "an app is opened by its activity or by a link, not by both" });
  }
  if (manifest.runtime === "libretro" && !manifest.libretro) {
    problems.push({ file, field: "libretro", reason: "a libretro title needs to name its core" });
  }
  if (manifest.page?.startsWith("https://") && !manifest.resources.network) {
    problems.push({ file, field: "resources.network", reason: "a page on the network needs network: true" });
  }
  problems.push(...networkProblems(manifest, file));
  if (manifest.webgl !== undefined && manifest.runtime !== "web") {
    problems.push({ file, field: "webgl", reason: "only pages draw with WebGL" });
  }
  manifest.sensors?.forEach((sense, i) => {
    if (SENSES_OF_RUNTIME[manifest.runtime]?.includes(sense)) return;
    problems.push({ file, field: `sensors.${i}`, reason: `a ${manifest.runtime} title can't be given the player's ${sense}` });
  });
  manifest.input.touchControls?.forEach((control, i) => {
    const reason = controlProblem(control);
    if (reason !== undefined) problems.push({ file, field: `input.touchControls.${i}`, reason });
  });
  if (manifest.page && !manifest.page.startsWith("https://") && !z.safeParse(RelativePath, manifest.page).success) {
    problems.push({ file, field: "page", reason: "an https address or a path inside the title's folder" });
  }
  return problems;
}

function networkProblems({ page, resources: { network, networkNames } }: TitleManifest, file: string): ManifestProblem[] {
  if (!networkNames) return [];
  const field = "resources.networkNames";
  if (!network) return [{ file, field, reason: "a title without network: true reaches nothing" }];
  const host = /^https:\/\/([^/:?#]*)/.exec(page ?? "")?.[1]?.toLowerCase();
  return host === undefined || isAllowedName(host, networkNames) ? [] : [{ file, field, reason: `the page's own host, ${host}, is missing` }];
}

/** A part that could do nothing when it is touched. */
function controlProblem({ kind, keys, pad }: TouchControl): string | undefined {
  const stick = pad === "left-stick" || pad === "right-stick";
  if (stick && kind !== "stick") return "only a stick can be one of the pad's sticks";
  if (pad !== undefined && kind === "stick" && !stick) return "a stick is the pad's left-stick or right-stick, or four keys";
  if (pad !== undefined && kind !== "stick" && kind !== "button") return `a ${kind} is no part of the pad`;
  if (kind === "button" && pad === undefined && (keys ?? []).length === 0) return "a button needs keys or a pad's button";
  if (kind === "stick" && pad === undefined && keys?.length !== 4) return "a stick needs four keys or a pad's stick";
  if (kind === "swipe" && keys?.length !== 4) return "a swipe needs four keys";
  if (kind === "dpad" && keys !== undefined && keys.length !== 4) return "a dpad has four keys, or none for the pad's cross";
  return undefined;
}
