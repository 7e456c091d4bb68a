// What the rest of the server may ask of the title store.

import type { Title } from "@nearframe/shared/title/manifest";
import type { TitleSource } from "@nearframe/shared/title-store/package";

export interface TitleSources {
  /** What a node is told with a title, so that it can fetch what it lacks. Waits for nobody. */
  source(title: Title): TitleSource;
}
