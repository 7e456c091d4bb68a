// Maps files into memory, which Node can't do by itself. The mapping lasts as
// long as the process: the pipeline's process serves one session, and unmapping
// under a live buffer would crash it.

import koffi from "koffi";

const PROT_READ = 1;
const PROT_WRITE = 2;
const MAP_SHARED = 1;

type Mmap = (address: null, bytes: number, protection: number, flags: number, fd: number, offset: number) => unknown;
let mmap: Mmap | undefined;

export function mapFile(fd: number, bytes: number, access: "read" | "read-write"): Buffer {
  mmap ??= koffi.load("libc.so.6").func("void *mmap(void *, size_t, int, int, int, long)") as Mmap;
  const protection = access === "read" ? PROT_READ : PROT_READ | PROT_WRITE;
  const address = mmap(null, bytes, protection, MAP_SHARED, fd, 0);
  // MAP_FAILED is all ones.
  if (koffi.address(address) === 0xffff_ffff_ffff_ffffn) {
    throw new Error(`mapping ${bytes} bytes failed with errno ${koffi.errno()}`);
  }
  return Buffer.from(koffi.view(address, bytes));
}
