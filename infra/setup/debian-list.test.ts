import { describe, expect, test } from "vitest";
import { installLine, missingPackages, parseInstalled, parseTitleNeeds } from "./debian-list.mjs";

test("only a package that is installed and configured counts as installed", () => {
  const output = ["ii \txvfb", "rc \tpulseaudio", "un \tlibyuv0", "iF \tchromium", "hi \tg++", "dpkg-query: no packages found matching nope"].join("\n");
  expect(parseInstalled(output)).toEqual(new Set(["xvfb", "g++"]));
});

describe("what a machine lacks", () => {
  const wanted = {
    required: ["xvfb", "pulseaudio"],
    titles: [
      { name: "Freedoom", packages: ["chocolate-doom", "freedoom"] },
      { name: "SuperTux 2", packages: ["supertux"] },
    ],
  };

  test("nothing, when all is here", () => {
    const all = new Set(["xvfb", "pulseaudio", "chocolate-doom", "freedoom", "supertux"]);
    expect(missingPackages(wanted, all)).toEqual({ required: [], titles: [] });
  });

  test("what is required, and for each title what that title needs", () => {
    expect(missingPackages(wanted, new Set(["xvfb", "freedoom", "supertux"]))).toEqual({
      required: ["pulseaudio"],
      titles: [{ name: "Freedoom", packages: ["chocolate-doom"] }],
    });
  });
});

describe("a title's packages", () => {
  test("are read from its manifest", () => {
    expect(parseTitleNeeds('{"id":"a","name":"A","packages":["aa","b-data"]}')).toEqual({ name: "A", packages: ["aa", "b-data"] });
  });

  test("are none where the manifest names none", () => {
    expect(parseTitleNeeds('{"id":"a","name":"A"}')).toBeUndefined();
  });

  test("can't give apt-get an option or an order to remove", () => {
    expect(parseTitleNeeds('{"name":"A","packages":["-o","--x=y","xvfb-","A","g++",3]}')).toEqual({ name: "A", packages: ["g++"] });
  });
});

test("the line to run names each package once", () => {
  expect(installLine(["xvfb", "g++", "xvfb"])).toBe(
    "sudo apt-get update && sudo apt-get install -y --no-install-recommends xvfb g++",
  );
});
