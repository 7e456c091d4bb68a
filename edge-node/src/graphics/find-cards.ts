// The graphics cards that titles on this machine can draw with, and why they can't with the others.
//
// Titles draw by Vulkan, straight or through Mesa's zink for OpenGL, as a session's display is an X server in memory
// that knows no card. So a card is of use where its kernel driver, its Vulkan driver and leave to open its devices are.

import { execFile } from "node:child_process";
import { access, constants, readdir, readFile, realpath, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";

export type Card = {
  model: string;
  /** Files in /dev that whoever draws opens. */
  devices: readonly string[];
  /** Of the kernel's facts on the card, what drivers look up. */
  facts: readonly string[];
  /** Groups that may open the devices, where not everybody may. */
  groups: readonly number[];
  /** Manifests of its Vulkan drivers. */
  vulkanDrivers: readonly string[];
  /** Which of several cards of one driver: "10de:2684". */
  pciId: string | undefined;
  /** Of its own; undefined where it has none (a part of the processor), or where nothing tells. */
  memoryMb: number | undefined;
};

export type UnusableCard = { model: string; why: string; remedy: string };
export type Cards = { cards: readonly Card[]; unusable: readonly UnusableCard[] };

/** Drivers that draw on the processor, or for a screen that only a virtual machine has. */
const NO_CARD = new Set(["vgem", "vkms", "bochs-drm", "cirrus", "simple-framebuffer", "simpledrm", "hyperv_drm", "qxl"]);
/** By the kernel's driver: how the manifests of its Vulkan drivers begin, and what brings them. */
const VULKAN: Readonly<Record<string, { manifests: readonly string[]; brings: string }>> = {
  amdgpu: { manifests: ["radeon_icd", "amd_icd"], brings: "apt-get install mesa-vulkan-drivers" },
  i915: { manifests: ["intel_icd", "intel_hasvk_icd"], brings: "apt-get install mesa-vulkan-drivers" },
  xe: { manifests: ["intel_icd"], brings: "apt-get install mesa-vulkan-drivers" },
  nvidia: { manifests: ["nvidia_icd"], brings: "install NVIDIA's own driver with its graphics libraries (nvidia-driver, nvidia-vulkan-icd)" },
  virtio_gpu: { manifests: ["virtio_icd"], brings: "apt-get install mesa-vulkan-drivers" },
  v3d: { manifests: ["broadcom_icd"], brings: "apt-get install mesa-vulkan-drivers" },
  msm: { manifests: ["freedreno_icd"], brings: "apt-get install mesa-vulkan-drivers" },
};
const MANIFEST_FOLDERS = ["/etc/vulkan/icd.d", "/usr/local/share/vulkan/icd.d", "/usr/share/vulkan/icd.d"];
const NVIDIA_FOLDER = "/proc/driver/nvidia/gpus";
/** Its driver comes with it, and tells the memory nowhere else. */
const NVIDIA_TOOL = ["nvidia-smi", "--query-gpu=pci.bus_id,memory.total", "--format=csv,noheader,nounits"] as const;
const NVIDIA_TOOL_MS = 5_000;
const DRM_FOLDER = "/sys/class/drm";
/** Beside a card's own; the last two are there once something has asked for them. */
const NVIDIA_SHARED = ["/dev/nvidiactl", "/dev/nvidia-modeset", "/dev/nvidia-uvm"];
/** What libdrm and NVIDIA's libraries look cards up in: links, of which only those into the card's own folder lead anywhere. */
const FACTS = ["/sys/dev/char", "/sys/class/drm", "/sys/bus/pci/devices", "/sys/module/nvidia/version"];

/** What NVIDIA's tool prints: a line a card. Rejects where there is no such tool. */
export type AskNvidia = () => Promise<string>;

const askNvidia: AskNvidia = async () => {
  const [file, ...words] = NVIDIA_TOOL;
  return (await promisify(execFile)(file, words, { timeout: NVIDIA_TOOL_MS })).stdout;
};

/** `root`: where the machine's files are, for tests. */
export async function findCards(root = "", ask = askNvidia): Promise<Cards> {
  const machine = createMachine(root, ask);
  const cards: Card[] = [];
  const unusable: UnusableCard[] = [];
  for (const found of [...(await findNvidia(machine)), ...(await findDrm(machine))]) {
    const result = await examine(machine, found);
    if ("why" in result) unusable.push(result);
    else cards.push(result);
  }
  return { cards, unusable };
}

type Found = Pick<Card, "model" | "pciId" | "devices" | "memoryMb"> & { driver: string; folder: string | undefined };
type Machine = ReturnType<typeof createMachine>;

async function findNvidia(machine: Machine): Promise<Found[]> {
  const buses = await machine.names(NVIDIA_FOLDER);
  if (buses.length === 0) return [];
  const memories = readMemories(await machine.askNvidia());
  const found = await Promise.all(
    buses.map(async (bus): Promise<Found | undefined> => {
      const facts = await machine.text(join(NVIDIA_FOLDER, bus, "information"));
      const minor = /^Device Minor:\s*(\d+)/m.exec(facts)?.[1];
      if (minor === undefined) return undefined;
      const device = join("/sys/bus/pci/devices", bus);
      const [vendor, id, folder] = await Promise.all([machine.text(join(device, "vendor")), machine.text(join(device, "device")), machine.real(device)]);
      const render = await machine.names(join(device, "drm"));
      return {
        model: /^Model:\s*(.+)$/m.exec(facts)?.[1]?.trim() ?? "NVIDIA",
        driver: "nvidia",
        pciId: vendor && id ? `${hex(vendor)}:${hex(id)}` : undefined,
        devices: [
          `/dev/nvidia${minor}`,
          ...(await machine.present(NVIDIA_SHARED)),
          ...render.filter((name) => name.startsWith("renderD")).map((name) => `/dev/dri/${name}`),
        ],
        folder,
        memoryMb: memories.get(bus.toLowerCase()),
      };
    }),
  );
  return found.filter((card) => card !== undefined);
}

/** By bus: "00000000:01:00.0, 12282", where the kernel says 0000:01:00.0. Pure. */
export function readMemories(printed: string): ReadonlyMap<string, number> {
  const lines = [...printed.matchAll(/^(?:[0-9a-f]{4})?([0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.\d),\s*(\d+)\s*$/gim)];
  return new Map(lines.map(([, bus = "", megabytes]) => [bus.toLowerCase(), Number(megabytes)]));
}

async function findDrm(machine: Machine): Promise<Found[]> {
  const names = (await machine.names(DRM_FOLDER)).filter((name) => name.startsWith("renderD"));
  const found = await Promise.all(
    names.map(async (name): Promise<Found | undefined> => {
      const device = join(DRM_FOLDER, name, "device");
      const facts = await machine.text(join(device, "uevent"));
      const driver = /^DRIVER=(.+)$/m.exec(facts)?.[1];
      const pciId = /^PCI_ID=(.+)$/m.exec(facts)?.[1]?.toLowerCase();
      // NVIDIA's own driver tells more where it was looked for first.
      if (driver === undefined || driver === "nvidia" || NO_CARD.has(driver)) return undefined;
      // AMD's driver tells it; the others' cards share the machine's memory, or tell nothing that stays so.
      const bytes = Number(await machine.text(join(device, "mem_info_vram_total")));
      return {
        model: pciId ? `${driver} ${pciId}` : driver, driver, pciId, devices: [`/dev/dri/${name}`], folder: await machine.real(device),
        memoryMb: bytes > 0 ? Math.floor(bytes / 2 ** 20) : undefined,
      };
    }),
  );
  return found.filter((card) => card !== undefined);
}

async function examine(machine: Machine, { model, driver, pciId, devices, folder, memoryMb }: Found): Promise<Card | UnusableCard> {
  const vulkan = VULKAN[driver];
  if (!vulkan) return { model, why: `its driver "${driver}" has no Vulkan in Debian 12`, remedy: "use the maker's driver, or another card" };
  const vulkanDrivers = (
    await Promise.all(
      MANIFEST_FOLDERS.map(async (at) => (await machine.names(at)).filter((name) => vulkan.manifests.some((start) => name.startsWith(start)) && name.endsWith(".json")).map((name) => join(at, name))),
    )
  ).flat();
  if (vulkanDrivers.length === 0) return { model, why: "its Vulkan driver is not installed", remedy: vulkan.brings };
  const groups = new Set<number>();
  for (const device of devices) {
    const leave = await machine.leaveFor(device);
    if (leave === "nobody" || leave === "missing") {
      return {
        model, why: leave === "missing" ? `${device} is not there` : `this user may not open ${device}`,
        remedy: leave === "missing" ? "load the card's kernel modules; in a container, pass its devices in" : "add the node's user to the group that owns it (usermod -aG render USER), and start the node again",
      };
    }
    if (leave !== "everybody") groups.add(leave.group);
  }
  return { model, devices, groups: [...groups], vulkanDrivers, pciId, memoryMb, facts: [...(await machine.present(FACTS)), ...(folder === undefined ? [] : [folder])] };
}

const hex = (text: string) => basename(text.trim()).replace(/^0x/, "").toLowerCase();

type Leave = "everybody" | "nobody" | "missing" | { group: number };

function createMachine(root: string, ask: AskNvidia) {
  const at = (path: string) => `${root}${path}`;
  const present = async (paths: readonly string[]) => {
    const there = await Promise.all(paths.map((path) => access(at(path)).then(() => true, () => false)));
    return paths.filter((_, index) => there[index]);
  };
  return {
    present,
    /** Nothing, where its tool is not installed or does not answer: then no memory is known. */
    askNvidia: () => ask().catch(() => ""),
    async names(folder: string): Promise<string[]> {
      try {
        return (await readdir(at(folder))).toSorted();
      } catch {
        return []; // No such driver, or nothing that this user may see.
      }
    },
    async text(file: string): Promise<string> {
      try {
        return await readFile(at(file), "utf8");
      } catch {
        return ""; // It went as we looked, or is not ours to read.
      }
    },
    async real(path: string): Promise<string | undefined> {
      try {
        return (await realpath(at(path))).slice(root.length);
      } catch {
        return undefined;
      }
    },
    /** A title is nobody to the machine: it opens what everybody may, or what a group may that it is given. */
    async leaveFor(device: string): Promise<Leave> {
      const facts = await stat(at(device)).catch(() => undefined);
      if (!facts) return "missing";
      if ((facts.mode & 0o006) === 0o006) return "everybody";
      // A node that is not root gives its titles the groups that it has itself, and no other.
      const opens = await access(at(device), constants.R_OK | constants.W_OK).then(() => true, () => false);
      return opens && (facts.mode & 0o060) === 0o060 ? { group: facts.gid } : "nobody";
    },
  };
}
