import { expect, test } from "vitest";
import { locateHierarchies, parseMembership, parseMounts } from "./hierarchies.ts";

const locate = (mounts: string, membership: string) => Object.fromEntries(locateHierarchies(parseMounts(mounts), parseMembership(membership)));

test("version 2 alone: everything is in one place", () => {
  const mounts = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate";
  expect(locate(mounts, "0::/system.slice/nearframe-edge.service\n")).toEqual({
    unified: "/sys/fs/cgroup/system.slice/nearframe-edge.service",
  });
});

test("version 1, each controller at its own place, beside an empty version 2", () => {
  const mounts = [
    "31 30 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory",
    "32 30 0:28 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct",
    "33 30 0:29 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids",
    "34 30 0:30 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw",
  ].join("\n");
  const membership = "8:pids:/\n4:memory:/session/7\n1:cpu,cpuacct:/\n0::/\n";
  expect(locate(mounts, membership)).toEqual({
    memory: "/sys/fs/cgroup/memory/session/7",
    cpu: "/sys/fs/cgroup/cpu",
    pids: "/sys/fs/cgroup/pids",
    unified: "/sys/fs/cgroup/unified",
  });
});

test("in a container, whose own group is the top of what it sees", () => {
  const mounts = "30 23 0:26 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw";
  expect(locate(mounts, "0::/docker/abc/inner\n")).toEqual({ unified: "/sys/fs/cgroup/inner" });
  // A group that the mount does not show can't be used.
  expect(locate(mounts, "0::/elsewhere\n")).toEqual({});
});
