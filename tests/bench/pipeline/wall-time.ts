// CLOCK_REALTIME with nanoseconds: the clock by which the kernel stamps packets.

import koffi from "koffi";

const CLOCK_REALTIME = 0;
const TimeSpec = koffi.struct("bench_timespec", { seconds: "int64", nanoseconds: "int64" });
const clockGettime = koffi.load("libc.so.6").func("clock_gettime", "int", ["int", koffi.out(koffi.pointer(TimeSpec))]);

export function wallMs(): number {
  const time: { seconds?: number; nanoseconds?: number } = {};
  clockGettime(CLOCK_REALTIME, time);
  return Number(time.seconds) * 1000 + Number(time.nanoseconds) / 1e6;
}
