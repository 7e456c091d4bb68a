// The part of a node that keeps saves, as a process of its own, so that it can be
// killed like one. Argument: `SavingNodeOptions` as JSON. Writes what it is told to, line by
// line, to the title's save, and says what it does on its channel.

import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { Scope } from "@nearframe/shared/lifetime";
import type { SaveGrant } from "@nearframe/shared/saves/save-grant";
import { createPrivateFolder } from "@nearframe/edge-node/process/private-folder";
import { keepSaves } from "@nearframe/edge-node/saves/keep-saves";
import { createOutbox } from "@nearframe/edge-node/saves/outbox";

export type SavingNodeOptions = { serverUrl: string; grant: SaveGrant; folders: string; intervalMs: number };

const { serverUrl, grant, folders, intervalMs } = JSON.parse(process.argv[2] ?? "") as SavingNodeOptions;
const scope = new Scope();
const outbox = createOutbox(await createPrivateFolder("saves", scope, folders), scope);
const sessionScope = scope.child();
const home = path.join(await createPrivateFolder("session", sessionScope, folders), "home");
await keepSaves(
  { grant, openHome: async () => home, savePaths: ["saves"] },
  { serverUrls: [serverUrl], outbox, intervalMs, wallMs: Date.now, log: (detail) => process.send?.({ log: detail }) },
  sessionScope,
);
process.on("message", (message: { write?: string; end?: true }) => {
  void (async () => {
    if (message.write !== undefined) {
      await mkdir(path.join(home, "saves"), { recursive: true });
      await writeFile(path.join(home, "saves", "slot"), message.write);
    }
    if (message.end) {
      await sessionScope.close();
      await scope.close();
      process.exit(0);
    }
  })();
});
process.send?.({ home });
