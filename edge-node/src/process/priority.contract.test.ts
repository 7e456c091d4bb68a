import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import { createChild } from "./child.ts";
import { preferProcess } from "./priority.ts";

const run = promisify(execFile);
const SCHED_RR = "2";

/** Whether this user may do what is tested: CAP_SYS_NICE, or nothing works and each function says so. */
async function allowed(): Promise<boolean> {
  return run("chrt", ["--rr", "1", "true"]).then(() => true, () => false);
}

describe("priority", () => {
  it("is taken by every thread of a process and by those it starts, or refused with advice", async () => {
    const program = `
      import { readFileSync, readdirSync } from "node:fs";
      import { Worker } from "node:worker_threads";
      import { runInRealTime } from ${JSON.stringify(new URL("./priority.ts", import.meta.url).href)};
      const refused = runInRealTime();
      const worker = new Worker("setInterval(() => {}, 1000)", { eval: true });
      worker.once("online", () => {
        // The field after the name's bracket is the third of proc(5); the policy is the 41st.
        const policies = readdirSync("/proc/self/task").map((id) => {
          const stat = readFileSync("/proc/self/task/" + id + "/stat", "utf8");
          return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[38];
        });
        console.log(JSON.stringify({ refused, ordinary: policies.filter((policy) => policy !== "${SCHED_RR}").length }));
        process.exit();
      });`;
    const { stdout } = await run(process.execPath, ["--input-type=module-typescript", "--eval", program]);
    const { refused, ordinary } = JSON.parse(stdout) as { refused?: string; ordinary: number };
    if (await allowed()) {
      expect(refused).toBeUndefined();
      // One ordinary thread that wakes a real-time one can stop the machine (`runInRealTime`).
      expect(ordinary).toBe(0);
    } else {
      expect(refused).toMatch(/CAP_SYS_NICE/);
    }
  });

  it("is given to a process and its group, or refused with the reason", async () => {
    await using scope = new Scope();
    const child = await createChild({ file: "/bin/sleep", args: ["60"], environment: {}, folder: "/" }, scope);
    const refused = preferProcess(child.pid);
    const group = await readFile(`/proc/${child.pid}/autogroup`, "utf8").catch(() => "no autogroups");
    if (await allowed()) {
      expect(refused).toBeUndefined();
      expect(group).toMatch(/nice -15|no autogroups/);
    } else {
      expect(refused).toBeTruthy();
    }
  });

  it("is given away by a process that has time, for its whole group", async () => {
    const program = `
      import { readFileSync, existsSync } from "node:fs";
      import { getPriority } from "node:os";
      import { giveWay } from ${JSON.stringify(new URL("./priority.ts", import.meta.url).href)};
      giveWay();
      const group = "/proc/self/autogroup";
      console.log(getPriority(), existsSync(group) ? readFileSync(group, "utf8") : "no autogroups");`;
    const { stdout } = await run("setsid", ["--wait", process.execPath, "--input-type=module-typescript", "--eval", program]);
    expect(stdout).toMatch(/^19 (.* nice 19|no autogroups)$/m);
  });
});
