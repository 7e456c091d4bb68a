// Epochs are numbered since 1970: of such a length that the first one begins when everybody is
// there, no test waits for it.

export type EpochLengths = { minS: number; maxS: number; /** Server, nodes and checkers are there by then. */ readyInS: number };

export function chooseEpochS({ minS, maxS, readyInS }: EpochLengths, nowMs: number): number {
  const readyS = Math.floor(nowMs / 1_000) + readyInS;
  const lengths = Array.from({ length: maxS - minS + 1 }, (_, more) => minS + more);
  const waitS = (epochS: number) => (epochS - (readyS % epochS)) % epochS;
  return lengths.reduce((best, epochS) => (waitS(epochS) < waitS(best) ? epochS : best));
}
