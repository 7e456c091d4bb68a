// What machine this is, as far as a node tells of it.

import { readdir, readFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { NodeHardware } from "@nearframe/shared/node/inventory";

const MODEL_LENGTH_MAX = 200;

/** Cores and memory are those that this process may use: a container has fewer than its machine. */
export async function readHardware(): Promise<NodeHardware> {
  const gpu = await readGpu();
  return {
    cpuModel: (os.cpus()[0]?.model.trim() || os.arch()).slice(0, MODEL_LENGTH_MAX),
    cpuCores: os.availableParallelism(),
    memoryMb: Math.max(1, Math.floor(memoryBytes() / 2 ** 20)),
    ...(gpu !== undefined && { gpu: { model: gpu.slice(0, MODEL_LENGTH_MAX) } }),
  };
}

function memoryBytes(): number {
  // 0, or more than there is, where nothing limits it.
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, os.totalmem()) : os.totalmem();
}

const NVIDIA_FOLDER = "/proc/driver/nvidia/gpus";
const DRM_FOLDER = "/sys/class/drm";
/** Drivers that draw on the processor, or for a screen that only a virtual machine has. */
const NO_GPU_DRIVERS = new Set(["vgem", "vkms", "bochs-drm", "cirrus", "simple-framebuffer", "simpledrm", "hyperv_drm", "qxl"]);

/** The first that the kernel has a driver for. */
async function readGpu(): Promise<string | undefined> {
  for (const name of await namesIn(NVIDIA_FOLDER)) {
    const model = /^Model:\s*(.+)$/m.exec(await textOf(path.join(NVIDIA_FOLDER, name, "information")))?.[1];
    if (model) return model.trim();
  }
  for (const name of (await namesIn(DRM_FOLDER)).filter((name) => name.startsWith("renderD"))) {
    const facts = await textOf(path.join(DRM_FOLDER, name, "device", "uevent"));
    const driver = /^DRIVER=(.+)$/m.exec(facts)?.[1];
    const pciId = /^PCI_ID=(.+)$/m.exec(facts)?.[1];
    if (driver && !NO_GPU_DRIVERS.has(driver)) return pciId ? `${driver} ${pciId}` : driver;
  }
  return undefined;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).toSorted();
  } catch {
    return []; // No such driver, or nothing that this user may see.
  }
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch {
    return ""; // It went as we looked, or is not ours to read.
  }
}

/** IANA's name for the machine's clock. Servers are often set to UTC, which tells nothing of where they are. */
export function readTimeZone(): string | undefined {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return timeZone.includes("/") && !timeZone.startsWith("Etc/") ? timeZone : undefined;
}
