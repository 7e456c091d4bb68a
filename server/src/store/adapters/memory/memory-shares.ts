import type { Share } from "../../../shares/company.ts";
import type { ShareStore } from "../../share-ports.ts";

export function createMemoryShares(): ShareStore {
  const shares = new Map<string, Share>();
  return {
    async saveShare(share) {
      shares.set(share.code, { ...share, revokedAtMs: shares.get(share.code)?.revokedAtMs ?? share.revokedAtMs });
    },
    findShare: async (code) => shares.get(code),
    sharesOfSession: async (sessionId) =>
      [...shares.values()].filter((share) => share.sessionId === sessionId).sort((a, b) => a.madeAtMs - b.madeAtMs || (a.code < b.code ? -1 : 1)),
    async trimShares(expiredBeforeMs) {
      const gone = [...shares.values()].filter(({ expiresAtMs }) => expiresAtMs < expiredBeforeMs);
      for (const { code } of gone) shares.delete(code);
      return gone.length;
    },
  };
}
