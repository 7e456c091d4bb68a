// The networks on which the controller is judged, each with the seed left open.

import { makeRateOptions } from "@nearframe/edge-node/rate/tuning";
import { CLEAR_LINK } from "../link/profile.ts";
import type { LinkProfile } from "../link/profile.ts";
import { loadProfile } from "../profiles.ts";
import type { Scenario } from "./simulate-session.ts";

export type OpenScenario = Omit<Scenario, "seed">;

/** 1080p60 worth 20 Mbit/s at most, which every scenario here offers to the link. */
const OPTIONS = makeRateOptions({ width: 1920, height: 1080 }, 60, 20_000);
/** What two cores without a GPU encode: 720p60, worth 12 Mbit/s. */
const CPU_OPTIONS = makeRateOptions({ width: 1280, height: 720 }, 60, 12_000);
const UP: LinkProfile = { ...CLEAR_LINK, delayMs: 10 };

/** 20 Mbit/s of video fits, then 5, then 20 again. */
export const STEP = { downAtMs: 10_000, upAtMs: 20_000, endMs: 40_000, lowKbps: 5_000 };

export function stepScenario(): OpenScenario {
  const seconds = Array.from({ length: 40 }, (_, second) => {
    const low = second * 1_000 >= STEP.downAtMs && second * 1_000 < STEP.upAtMs;
    return low ? STEP.lowKbps : 24_000;
  });
  return withDown({ delayMs: 10, queueMs: 400, trace: { stepMs: 1_000, rateKbps: seconds } }, STEP.endMs);
}

/** A profile of `traces/` in both directions. */
export async function networkScenario(name: string, durationMs: number): Promise<OpenScenario> {
  const { up, down } = await loadProfile(name);
  return { up, down, options: OPTIONS, durationMs };
}

/** The same with a smaller picture. */
export function at720p(scenario: OpenScenario): OpenScenario {
  return { ...scenario, options: CPU_OPTIONS };
}

export function withDown(down: Partial<LinkProfile>, durationMs: number): OpenScenario {
  return { up: UP, down: { ...CLEAR_LINK, ...down }, options: OPTIONS, durationMs };
}

/** Everything that is measured, by name. */
export async function allScenarios(): Promise<Record<string, OpenScenario>> {
  const step = stepScenario();
  return {
    "20-5-20 step": step,
    "20-5-20 step, estimate only": { ...step, frameNews: false },
    steady: await networkScenario("steady", 40_000),
    "lte-drive": await networkScenario("lte-drive", 120_000),
    "lte-drive at 720p60": at720p(await networkScenario("lte-drive", 120_000)),
    "lte-drive, estimate only": { ...(await networkScenario("lte-drive", 120_000)), frameNews: false },
    "wifi-interference": await networkScenario("wifi-interference", 60_000),
    "dsl-bufferbloat": await networkScenario("dsl-bufferbloat", 90_000),
    "3g": await networkScenario("3g", 60_000),
    satellite: await networkScenario("satellite", 90_000),
    "burst-loss": await networkScenario("burst-loss", 40_000),
    "8 % random loss": withDown({ delayMs: 15, lossFraction: 0.08, rateKbps: 50_000 }, 30_000),
    "5 Mbit/s": withDown({ delayMs: 15, rateKbps: 5_000, queueMs: 400 }, 30_000),
    "2 s blackout": withDown(
      { delayMs: 15, rateKbps: 24_000, blackouts: [{ fromMs: 10_000, forMs: 2_000, everyMs: null }] },
      40_000,
    ),
  };
}
