// What is kept about published titles. Their bytes are in the object storage.

import type { TitleVersion } from "@nearframe/shared/title-store/package";

export interface TitleVersionStore {
  /** Makes it known, if it is not, and the active one of its title. */
  publishTitleVersion(version: Omit<TitleVersion, "active">): Promise<void>;
  /** False if there is no such version; then the active one stays. */
  activateTitleVersion(titleId: string, digest: string): Promise<boolean>;
  /** Newest first. */
  titleVersions(titleId: string): Promise<TitleVersion[]>;
  activeTitleVersions(): Promise<TitleVersion[]>;
}
