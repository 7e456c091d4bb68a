// What the start asks of the server that it has just started.

import { readFile } from "node:fs/promises";
import path from "node:path";
import { TitleList } from "@nearframe/shared/api/titles";

const ANSWER_LIMIT_MS = 5_000;

/** What the server lets nodes in for: set by the operator, or made by the server and kept with its data. */
export async function readNodeToken(dataFolder: string, given: string | undefined): Promise<string> {
  return given ? given : (await readFile(path.join(dataFolder, "node-token"), "utf8")).trim();
}

export type ListedTitles = {
  /** Of the titles that can be played now. */
  names: string[];
  /** Sentences about the others. */
  notices: string[];
};

export async function listTitles(port: number): Promise<ListedTitles> {
  const response = await fetch(`http://127.0.0.1:${port}/api/titles`, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
  const { titles } = TitleList.parse(await response.json());
  return {
    names: titles.filter(({ availability }) => availability.state !== "unavailable").map(({ name }) => name),
    notices: titles.flatMap(({ name, availability }) => (availability.state === "unavailable" ? [`${name}: ${availability.reason}`] : [])),
  };
}
