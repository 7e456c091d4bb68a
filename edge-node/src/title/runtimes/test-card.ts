// The test card: drawn by the node itself, so it works where no game is installed.

import { fileURLToPath } from "node:url";
import { findTitleCommand } from "../find-title-command.ts";
import { NODE_FILES } from "../node-files.ts";
import type { PrepareProgram } from "../program.ts";

const PROGRAM = fileURLToPath(new URL("../test-card/main.ts", import.meta.url));

export const prepareTestCard: PrepareProgram = async ({ title, view }) => {
  const { size, fps } = title.manifest;
  return {
    file: process.execPath,
    args: [PROGRAM],
    environment: {
      TEST_CARD_WIDTH: String(size.width),
      TEST_CARD_HEIGHT: String(size.height),
      TEST_CARD_FPS: String(fps),
      TEST_CARD_PLAYER: await findTitleCommand(title, "pacat"),
    },
    folder: view.home,
    needs: NODE_FILES,
  };
};
