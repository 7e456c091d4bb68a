// The runtime's end, inside the sandbox: where there is no bridge, nothing is said and nothing heard.

import { connect } from "node:net";
import { readLines } from "./lines.ts";
import { BRIDGE_VARIABLE, type FromTitle, type ToTitle } from "./messages.ts";

export interface TitleEnd {
  say(message: FromTitle): void;
}

export function connectBridge(onMessage: (message: ToTitle) => void): TitleEnd {
  const path = process.env[BRIDGE_VARIABLE];
  if (path === undefined) return { say() {} };
  const socket = connect(path);
  // The session ends, and this with it.
  socket.on("error", (error) => console.error(`The node can't be reached: ${error.message}`));
  socket.unref();
  readLines(socket, (line) => onMessage(JSON.parse(line) as ToTitle));
  return {
    say(message) {
      if (!socket.destroyed) socket.write(`${JSON.stringify(message)}\n`);
    },
  };
}
