import { expect, test } from "vitest";
import { packageNames, startWords, taskOf } from "./app.ts";
import { resetSteps } from "./reset.ts";

test("packages are read from what pm lists", () => {
  expect(packageNames("package:com.android.settings\npackage:org.example.game\r\nError: x\n")).toEqual(["com.android.settings", "org.example.game"]);
});

test("an app is opened by its activity, its link, or as from the home screen", () => {
  expect(startWords({ package: "org.a", activity: ".Play" }, undefined)).toContain("org.a/.Play");
  expect(startWords({ package: "org.a", link: "game://level/2" }, undefined).slice(-4)).toEqual(["android.intent.action.VIEW", "-d", "game://level/2", "org.a"]);
  expect(startWords({ package: "org.a" }, "org.a/.Main")).toContain("org.a/.Main");
  expect(() => startWords({ package: "org.a" }, undefined)).toThrow("org.a has no activity for the home screen");
});

test("an app's task is found among others", () => {
  const listed = "RootTask id=1\n  taskId=1: com.android.launcher3/.Home bounds=[0,0]\nRootTask id=9\n  taskId=12: org.a/org.a.Main bounds=[0,0]\n";
  expect(taskOf(listed, "org.a")).toBe("12");
  expect(taskOf(listed, "org.b")).toBeUndefined();
});

test("what came in the session is taken away, what was there before is emptied", () => {
  const steps = resetSteps({ packages: ["org.kept"], package: "org.title" }, ["org.kept", "org.title", "org.brought"], ["com.android.browser", "org.title"]);
  const said = steps.map((words) => words.join(" "));
  expect(said.filter((words) => words.startsWith("pm uninstall"))).toEqual(["pm uninstall org.title", "pm uninstall org.brought"]);
  expect(said.filter((words) => words.startsWith("pm clear"))).toEqual(["pm clear com.android.browser"]);
  expect(said).toContain("am force-stop org.title");
});
