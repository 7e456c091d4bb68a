// What this node knows of its encoders: from the trial of an earlier start, as long as
// the machine is still the same, or from one that it makes once it is up.

import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod/mini";
import type { Scope } from "@nearframe/shared/lifetime";
import { EncoderReports } from "@nearframe/shared/media/encoder-reports";
import type { TriedEncoder } from "../choose-codec.ts";
import { KNOWN_ENCODERS, VIDEO_ENCODER_NAMES, type VideoEncoderName } from "../known-encoders.ts";
import type { Trial } from "./try-encoders.ts";

export type NodeEncodersOptions = {
  dataFolder: string;
  /** Those that the operator lets it use. */
  allowed: readonly VideoEncoderName[];
};

export type NodeEncodersPorts = {
  readFacts(): Promise<string>;
  tryEncoders(options: { names: readonly VideoEncoderName[] }, scope: Scope): Promise<Trial>;
};

export interface NodeEncoders {
  /** What sessions may use by now. */
  usable(): readonly TriedEncoder[];
  /** What trying gave; undefined before. */
  tried(): readonly TriedEncoder[] | undefined;
  /** Tries them where nothing is known yet, and says whether something was found out. */
  tryIfUnknown(): Promise<boolean>;
}

const FILE = "encoders.json";
/** Since 2 it says how many the driver opens at once; what an older node kept is found out anew. */
const VERSION = 2;
const Kept = z.strictObject({ version: z.literal(VERSION), facts: z.string(), encoders: EncoderReports });

export async function openNodeEncoders(
  { dataFolder, allowed }: NodeEncodersOptions,
  ports: NodeEncodersPorts,
  scope: Scope,
): Promise<NodeEncoders> {
  const file = path.join(dataFolder, FILE);
  const facts = `${await ports.readFacts()} ${allowed.join()}`;
  let tried = await readKept(file, facts);
  return {
    usable: () => tried ?? assumeEncoders(allowed),
    tried: () => tried,
    async tryIfUnknown() {
      if (tried) return false;
      const { encoders, disturbed } = await ports.tryEncoders({ names: allowed }, scope);
      tried = encoders;
      // Figures of a busy machine serve this run; the next start may find better ones.
      if (!disturbed) await keep(file, { version: VERSION, facts, encoders: [...encoders] });
      return true;
    },
  };
}

/** Without a trial: those that need nothing but a processor are taken to work, and to keep up. */
export function assumeEncoders(allowed: readonly VideoEncoderName[]): TriedEncoder[] {
  const speed = { frameMsP50: 0, frameMsP95: 0, fpsMax: 0 };
  const assumed = (names: readonly VideoEncoderName[]) =>
    names.map((name): TriedEncoder => {
      const { codec, hardware } = KNOWN_ENCODERS[name];
      return { name, codec, hardware, opened: true, at720p: speed, at1080p: speed };
    });
  const onProcessor = allowed.filter((name) => !KNOWN_ENCODERS[name].hardware);
  // Where the operator wants only hardware, that is what has to be hoped for.
  return assumed(onProcessor.length > 0 ? onProcessor : allowed);
}

async function readKept(file: string, facts: string): Promise<readonly TriedEncoder[] | undefined> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  const kept = z.safeParse(Kept, parseJson(text));
  if (!kept.success || kept.data.facts !== facts) return undefined;
  const encoders = kept.data.encoders.filter(isKnown);
  return encoders.length === kept.data.encoders.length ? encoders : undefined;
}

const isKnown = (encoder: { name: string }): encoder is TriedEncoder =>
  (VIDEO_ENCODER_NAMES as readonly string[]).includes(encoder.name);

/** Undefined for what is not JSON: a file that was cut off is as good as none. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whole or not at all. */
async function keep(file: string, kept: z.infer<typeof Kept>): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(kept)}\n`);
  await rename(draft, file);
}
