// Published titles without a database, for tests.

import type { TitleVersion } from "@nearframe/shared/title-store/package";
import type { TitleVersionStore } from "../../title-version-ports.ts";

export function createMemoryTitleVersions(): TitleVersionStore {
  let versions: TitleVersion[] = [];
  const activate = (titleId: string, digest: string): boolean => {
    if (!versions.some((version) => version.titleId === titleId && version.digest === digest)) return false;
    versions = versions.map((version) => (version.titleId === titleId ? { ...version, active: version.digest === digest } : version));
    return true;
  };
  return {
    async publishTitleVersion(version) {
      const known = versions.some(({ titleId, digest }) => titleId === version.titleId && digest === version.digest);
      if (!known) versions.push({ ...version, active: false });
      activate(version.titleId, version.digest);
    },
    async activateTitleVersion(titleId, digest) {
      return activate(titleId, digest);
    },
    async titleVersions(titleId) {
      return versions
        .filter((version) => version.titleId === titleId)
        .sort((a, b) => b.publishedAtMs - a.publishedAtMs || (a.digest < b.digest ? -1 : 1));
    },
    async activeTitleVersions() {
      return versions.filter(({ active }) => active).sort((a, b) => (a.titleId < b.titleId ? -1 : 1));
    },
  };
}
