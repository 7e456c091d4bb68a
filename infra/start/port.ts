// Is the server's port free? Asked before anything is started, so that the
// answer is a sentence and not a stack trace.

import { createServer } from "node:net";

/** Ports that are tried for the suggestion. */
const SUGGESTIONS_MAX = 20;

export type PortAnswer = "free" | "taken" | "not-allowed";

/** `host` undefined: every address of the machine, as the server would listen. */
export async function askPort(port: number, host: string | undefined): Promise<PortAnswer> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ port, ...(host !== undefined && { host }) }, resolve);
    });
    await new Promise((resolve) => server.close(resolve));
    return "free";
  } catch (error) {
    switch ((error as NodeJS.ErrnoException).code) {
      case "EADDRINUSE":
        return "taken";
      case "EACCES":
        return "not-allowed";
      default:
        throw error;
    }
  }
}

export async function findFreePort(after: number, host: string | undefined): Promise<number | undefined> {
  for (let port = after + 1; port <= Math.min(after + SUGGESTIONS_MAX, 65_535); port++) {
    if ((await askPort(port, host)) === "free") return port;
  }
  return undefined;
}

/** `suggestion` is a port that is free, if one was found. */
export function explainPort(port: number, answer: Exclude<PortAnswer, "free">, suggestion: number | undefined): string {
  const instead = `PORT=${suggestion ?? "NUMBER"} npm start`;
  switch (answer) {
    case "taken":
      return `Port ${port} is taken by another program (Nearframe itself, perhaps): end that one, or take another port: ${instead}`;
    case "not-allowed":
      return `This user may not listen on port ${port}: take one above 1023: ${instead}`;
  }
}
