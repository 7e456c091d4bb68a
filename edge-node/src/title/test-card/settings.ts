// The test card's settings, from its environment.

import type { TitleSize } from "@nearframe/shared/title/manifest";
import { TEST_CARD_SIZE_MIN } from "@nearframe/shared/title/test-card-layout";

export type Settings = { size: TitleSize; fps: number; toneHz: number; player: string };

export const TONE_HZ_DEFAULT = 440;

export function parseSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const number = (name: string, min: number, max: number, otherwise?: number): number => {
    const text = environment[name];
    const value = text === undefined ? otherwise : Number(text);
    if (value === undefined || !(value >= min && value <= max)) {
      throw new RangeError(`${name} must be a number from ${min} to ${max}, but is ${text ?? "not set"}.`);
    }
    return value;
  };
  const player = environment.TEST_CARD_PLAYER;
  if (!player) throw new RangeError("TEST_CARD_PLAYER must name the program that plays sound.");
  return {
    size: {
      width: number("TEST_CARD_WIDTH", TEST_CARD_SIZE_MIN.width, 3840),
      height: number("TEST_CARD_HEIGHT", TEST_CARD_SIZE_MIN.height, 2160),
    },
    fps: number("TEST_CARD_FPS", 1, 240),
    toneHz: number("TEST_CARD_TONE", 20, 20_000, TONE_HZ_DEFAULT),
    player,
  };
}
