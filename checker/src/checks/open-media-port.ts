import type { MediaPort } from "@nearframe/shared/checking/node-calls";
import { NodeRefusedError, type CheckPorts } from "./ports.ts";

const ANSWER_MS = 5_000;

/** Undefined where the node did not open one, and why goes to the note. */
export async function openMediaPort(nodeId: string, ports: Pick<CheckPorts, "callNode" | "onNote">): Promise<MediaPort | undefined> {
  try {
    return (await ports.callNode(nodeId, { call: "media-port" }, ANSWER_MS)).port;
  } catch (error) {
    if (!(error instanceof NodeRefusedError)) throw error;
    ports.onNote(`${nodeId} opens no media port: ${error.message}`);
    return undefined;
  }
}
