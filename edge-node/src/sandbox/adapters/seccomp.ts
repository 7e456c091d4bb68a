// The system calls that a title has no business with. A list of refusals, as
// Docker's and Flatpak's are: titles are too various for a list of permissions.
//
// libseccomp writes the filter, for whatever processor this is.

import { closeSync, openSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import koffi from "koffi";

const ALLOW = 0x7fff_0000;
const refuseWith = (errno: number): number => 0x0005_0000 | errno;
const EPERM = 1;
const ENOSYS = 38;
const EAFNOSUPPORT = 97;

const EQUAL = 4;
const GREATER = 6;
const MASKED_EQUAL = 7;

/** Changes of the machine, views into the kernel, and doors that escapes have come through. */
const REFUSED = [
  "acct", "add_key", "bpf", "clock_adjtime", "clock_settime", "create_module", "delete_module", "fanotify_init",
  "finit_module", "fsconfig", "fsmount", "fsopen", "fspick", "get_kernel_syms", "init_module", "ioperm", "iopl", "kcmp",
  "kexec_file_load", "kexec_load", "keyctl", "lookup_dcookie", "mount", "mount_setattr", "move_mount", "name_to_handle_at",
  "nfsservctl", "open_by_handle_at", "open_tree", "perf_event_open", "pivot_root", "process_vm_readv", "process_vm_writev",
  "ptrace", "query_module", "quotactl", "quotactl_fd", "reboot", "request_key", "setns", "settimeofday", "stime", "swapoff",
  "swapon", "sysfs", "syslog", "umount", "umount2", "uselib", "userfaultfd", "ustat", "vhangup", "vm86", "vm86old", "_sysctl",
];
/** As on a kernel that lacks them, so that programs take the older way. */
const ABSENT = ["io_uring_setup", "io_uring_enter", "io_uring_register", "clone3"];

const CLONE_NEWUSER = 0x1000_0000;
const TIOCSTI = 0x5412;
const TIOCLINUX = 0x541c;
const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const AF_NETLINK = 16;

export type SeccompOptions = {
  /** Browsers put their own pages into user namespaces. */
  nestsSandboxes: boolean;
};

type Condition = { argument: number; operator: number; a: number | bigint; b?: number | bigint };

/** An open file with the filter, at its start; the caller closes it. */
export function openSeccompFilter({ nestsSandboxes }: SeccompOptions): number {
  const library = openLibrary();
  const context = library.init(ALLOW);
  if (!context) throw new Error("libseccomp could not begin a filter");
  try {
    const refuse = (name: string, errno: number, conditions: Condition[] = []) => {
      const call = library.resolve(name);
      // -1: no such call on this processor or in this version of libseccomp.
      if (call === -1) return;
      const code = library.addRule(
        context, refuseWith(errno), call, conditions.length,
        conditions.map(({ argument, operator, a, b = 0 }) => ({ arg: argument, op: operator, datum_a: a, datum_b: b })),
      );
      if (code !== 0) throw new Error(`libseccomp refused the rule for ${name}: error ${-code}`);
    };
    for (const name of REFUSED) refuse(name, EPERM);
    for (const name of ABSENT) refuse(name, ENOSYS);
    if (!nestsSandboxes) {
      refuse("unshare", EPERM);
      refuse("clone", EPERM, [{ argument: 0, operator: MASKED_EQUAL, a: CLONE_NEWUSER, b: CLONE_NEWUSER }]);
    }
    // The kernel looks at the lower half only, and so must the rule.
    for (const request of [TIOCSTI, TIOCLINUX]) {
      refuse("ioctl", EPERM, [{ argument: 1, operator: MASKED_EQUAL, a: 0xffff_ffff, b: request }]);
    }
    const families = [AF_UNIX, AF_INET, AF_INET6, AF_NETLINK];
    for (let family = 0; family < AF_NETLINK; family++) {
      if (!families.includes(family)) refuse("socket", EAFNOSUPPORT, [{ argument: 0, operator: EQUAL, a: family }]);
    }
    refuse("socket", EAFNOSUPPORT, [{ argument: 0, operator: GREATER, a: AF_NETLINK }]);
    return writeFilter((fd) => library.exportBpf(context, fd));
  } finally {
    library.release(context);
  }
}

function writeFilter(write: (fd: number) => number): number {
  const path = join(tmpdir(), `nearframe-seccomp-${randomUUID()}`);
  const writing = openSync(path, "wx", 0o600);
  try {
    const code = write(writing);
    if (code !== 0) throw new Error(`libseccomp could not write its filter: error ${-code}`);
    return openSync(path, "r");
  } finally {
    closeSync(writing);
    unlinkSync(path);
  }
}

type Library = {
  init(action: number): unknown;
  release(context: unknown): void;
  resolve(name: string): number;
  addRule(context: unknown, action: number, call: number, count: number, conditions: object[]): number;
  exportBpf(context: unknown, fd: number): number;
};

let opened: Library | undefined;

/** seccomp_rule_add_array(3) and its like. */
function openLibrary(): Library {
  if (opened) return opened;
  const library = koffi.load("libseccomp.so.2");
  const comparison = koffi.struct({ arg: "uint32", op: "int", datum_a: "uint64", datum_b: "uint64" });
  const [context, comparisons] = ["void *", koffi.pointer(comparison)];
  opened = {
    init: library.func("seccomp_init", context, ["uint32"]),
    release: library.func("seccomp_release", "void", [context]),
    resolve: library.func("seccomp_syscall_resolve_name", "int", ["str"]),
    addRule: library.func("seccomp_rule_add_array", "int", [context, "uint32", "int", "uint32", comparisons]),
    exportBpf: library.func("seccomp_export_bpf", "int", [context, "int"]),
  } as unknown as Library;
  return opened;
}
