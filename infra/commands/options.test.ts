import { describe, expect, test } from "vitest";
import { findCommand, listCommands } from "./commands.mjs";
import { parseEdgeOptions, parseStartOptions, parseTestOptions, UsageError } from "./options.mjs";

describe("npm start", () => {
  test("takes 8080, .nearframe and one node where nobody says otherwise", () => {
    expect(parseStartOptions([], {})).toEqual({
      help: false,
      port: 8080,
      dataFolder: ".nearframe",
      titleFolders: [],
      edgeCount: 1,
      pipeline: "damage",
      setup: true,
      verbose: false,
    });
  });

  test("takes the environment, and an option over it", () => {
    const env = { PORT: "81", NEARFRAME_DATA: "/d", NEARFRAME_TITLES: "/a:/b", NEARFRAME_PIPELINE: "ffmpeg" };
    expect(parseStartOptions([], env)).toMatchObject({ port: 81, dataFolder: "/d", titleFolders: ["/a", "/b"], pipeline: "ffmpeg" });
    expect(parseStartOptions(["--port", "82", "--titles=/c", "--edges", "3", "--no-setup", "-v"], env)).toMatchObject({
      port: 82,
      titleFolders: ["/c"],
      edgeCount: 3,
      setup: false,
      verbose: true,
    });
  });

  test("an empty variable counts as one that is not set", () => {
    const env = { PORT: "", NEARFRAME_DATA: "", NEARFRAME_PIPELINE: "" };
    expect(parseStartOptions([], env)).toMatchObject({ port: 8080, dataFolder: ".nearframe", pipeline: "damage" });
  });

  test.each([
    [["--port", "0"], /The port .* "0".* from 1 to 65535/],
    [["--port", "8o80"], /"8o80"/],
    [["--edges", "17"], /--edges is "17".* from 0 to 16/],
    [["--pipeline", "gpu"], /one of damage, ffmpeg/],
    [["--prot", "1"], /Unknown option '--prot'.*--help/],
    [["8081"], /"8081" is not an option/],
  ])("%j is refused with a sentence", (args, sentence) => {
    expect(() => parseStartOptions(args, {})).toThrow(UsageError);
    expect(() => parseStartOptions(args, {})).toThrow(sentence);
  });
});

describe("npm test", () => {
  test.each([
    [[], ["lint", "types", "unit", "contract", "e2e"], []],
    [["unit"], ["unit"], []],
    [["e2e", "unit"], ["unit", "e2e"], []],
    [["unit", "session/"], ["unit"], ["session/"]],
    [["client/src"], ["unit", "contract", "e2e"], ["client/src"]],
  ])("%j runs %j with filters %j", (args, stages, filters) => {
    expect(parseTestOptions(args)).toMatchObject({ stages, filters });
  });
});

describe("npm run edge", () => {
  test("tells the node what its options say, as the node reads it", () => {
    const args = ["--server", "host:8080,https://b.example", "--name=Attic", "--data", "/d", "--slots", "3"];
    expect(parseEdgeOptions(args)).toEqual({
      help: false,
      drain: false,
      appeal: false,
      environment: { NEARFRAME_SERVER: "host:8080,https://b.example", NEARFRAME_NODE_NAME: "Attic", NEARFRAME_DATA: "/d", NEARFRAME_SLOTS: "3" },
    });
    expect(parseEdgeOptions([])).toEqual({ help: false, drain: false, appeal: false, environment: {} });
    expect(findCommand("edge", args, {})).toMatchObject({ script: "edge-node/src/main.ts", environment: { NEARFRAME_NODE_NAME: "Attic" } });
  });

  test("drains by a program of its own, which needs no media worker", () => {
    expect(findCommand("edge", ["--drain", "--data", "/d"], {})).toMatchObject({ script: "edge-node/src/drain.ts", needs: "packages" });
    const appeal = ["--appeal", "--data", "/d", "--reason", "mended"];
    expect(findCommand("edge", appeal, {})).toMatchObject({ script: "edge-node/src/appeal.ts", needs: "packages", environment: { NEARFRAME_APPEAL_REASON: "mended" } });
  });

  test.each([
    [["--sever", "x"], /Unknown option '--sever'.*--help/],
    [["--server"], /--server/],
    [["--server="], /--server needs a value/],
    [["ws://host"], /"ws:\/\/host" is not an option/],
  ])("%j is refused with a sentence", (args, sentence) => {
    expect(() => parseEdgeOptions(args)).toThrow(UsageError);
    expect(() => parseEdgeOptions(args)).toThrow(sentence);
  });
});

describe("commands", () => {
  test("help needs no set-up", () => {
    expect(findCommand("start", ["--help"], {})?.help).toContain("--port");
    expect(findCommand("test", ["--help"], {})?.help).toContain("e2e");
  });

  test("a quick check needs the packages alone, a browser test everything", () => {
    expect(findCommand("test", ["lint", "unit"], {})?.needs).toBe("packages");
    expect(findCommand("test", ["e2e"], {})?.needs).toBe("tests");
    expect(findCommand("start", ["--no-setup"], {})?.needs).toBe("nothing");
  });

  test("every one is listed, and no other is found", () => {
    expect(listCommands({})).toMatch(/start.*test.*bench.*edge.*impair.*lint.*typecheck.*setup/s);
    expect(findCommand("deploy", [], {})).toBeUndefined();
  });
});
