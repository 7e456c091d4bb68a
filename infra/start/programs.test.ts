import { expect, test } from "vitest";
import { nodePrograms, serverProgram } from "./programs.ts";

const plan = {
  root: "/r", port: 8081, dataFolder: "/d", titleFolders: ["/t", "own"], edgeCount: 2, pipeline: "ffmpeg", verbose: false,
};

test("the server is told its port and where everything lies", () => {
  expect(serverProgram(plan, { HOME: "/h", PORT: "1" })).toEqual({
    name: "server",
    script: "/r/server/src/main.ts",
    environment: {
      HOME: "/h",
      PORT: "8081",
      NEARFRAME_DATA: "/d",
      NEARFRAME_TITLES: "/t:/r/own",
      NEARFRAME_CLIENT: "/r/client/dist",
      NEARFRAME_LOG: "warn",
    },
  });
});

test("each node is told the server's address, the token, and a folder of its own", () => {
  const nodes = nodePrograms(plan, "secret-of-sixteen", {});
  expect(nodes.map(({ name, environment }) => [name, environment.NEARFRAME_DATA])).toEqual([
    ["node 1", "/d/nodes/1"],
    ["node 2", "/d/nodes/2"],
  ]);
  expect(nodes[0]?.environment).toMatchObject({
    NEARFRAME_SERVER: "ws://127.0.0.1:8081/node",
    NEARFRAME_NODE_TOKEN: "secret-of-sixteen",
    NEARFRAME_PIPELINE: "ffmpeg",
  });
});

test("--verbose asks for more log, unless the operator said how much", () => {
  const verbose = { ...plan, verbose: true };
  expect(serverProgram(verbose, {}).environment.NEARFRAME_LOG).toBe("info");
  expect(serverProgram(verbose, { NEARFRAME_LOG: "debug" }).environment.NEARFRAME_LOG).toBe("debug");
});
