// When a number that somebody asked for stands in the picture. Pure.

import { CHALLENGE_EVERY_MS } from "@nearframe/shared/protocol/session-control";

/** Nine frames at 60 a second: some of them come through a bad path too. */
export const NONCE_SHOWN_MS = 150;
/** Questions that left in time may come closer together than that. */
const EVERY_MS_MIN = 0.8 * CHALLENGE_EVERY_MS;

export type Nonces = { askedAtMs: number; nonce: number; untilMs: number; shown: boolean };

export const noNonces: Nonces = { askedAtMs: Number.NEGATIVE_INFINITY, nonce: 0, untilMs: Number.NEGATIVE_INFINITY, shown: false };

/** The same where it is asked too often: a picture full of numbers serves nobody. */
export function askForNonce(nonces: Nonces, nonce: number, nowMs: number): Nonces {
  if (nowMs - nonces.askedAtMs < EVERY_MS_MIN) return nonces;
  return { askedAtMs: nowMs, nonce, untilMs: nowMs + NONCE_SHOWN_MS, shown: false };
}

/** What the picture of now shows. Once at least, however late the picture is. */
export function nonceDue({ nonce, untilMs, shown }: Nonces, nowMs: number): number | undefined {
  return nowMs < untilMs || (!shown && untilMs > Number.NEGATIVE_INFINITY) ? nonce : undefined;
}

export const nonceShown = (nonces: Nonces): Nonces => ({ ...nonces, shown: true });
