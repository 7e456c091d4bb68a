import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findCards, readMemories } from "./find-cards.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "nearframe-cards-"));
});
afterEach(() => rm(root, { recursive: true }));

async function put(path: string, text = "", mode = 0o644): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
  await chmod(join(root, path), mode);
}

/** As the kernel lays a card out: a folder in the bus's tree, and links to it. */
async function putDrm(number: number, driver: string, pciId: string, mode: number): Promise<void> {
  const folder = `/sys/devices/pci0000:00/0000:00:0${number}.0`;
  await put(`${folder}/uevent`, `DRIVER=${driver}\nPCI_CLASS=30000\nPCI_ID=${pciId}\n`);
  await mkdir(join(root, "/sys/class/drm", `renderD${number}`), { recursive: true });
  await symlink(join(root, folder), join(root, "/sys/class/drm", `renderD${number}`, "device"));
  await put(`/dev/dri/renderD${number}`, "", mode);
}
const AMD = { model: "amdgpu 1002:744c", pciId: "1002:744c" };

test("a machine without a card has none", async () => {
  expect(await findCards(root)).toEqual({ cards: [], unusable: [] });
});

test("a card with its drivers is found, with what a title needs of it; a virtual machine's screen is none", async () => {
  await putDrm(128, "amdgpu", "1002:744C", 0o666);
  await putDrm(129, "vgem", "1234:1111", 0o666);
  await put("/usr/share/vulkan/icd.d/radeon_icd.x86_64.json");
  await put("/usr/share/vulkan/icd.d/lvp_icd.x86_64.json");
  await put("/sys/devices/pci0000:00/0000:00:0128.0/mem_info_vram_total", "8573157376\n");
  await mkdir(join(root, "/sys/dev/char"), { recursive: true });
  expect(await findCards(root)).toEqual({
    unusable: [],
    cards: [{
      ...AMD, memoryMb: 8176, devices: ["/dev/dri/renderD128"], groups: [], vulkanDrivers: ["/usr/share/vulkan/icd.d/radeon_icd.x86_64.json"],
      facts: ["/sys/dev/char", "/sys/class/drm", "/sys/devices/pci0000:00/0000:00:0128.0"],
    }],
  });
});

test("devices that only a group may open come with that group", async () => {
  await putDrm(128, "amdgpu", "1002:744C", 0o660);
  await put("/usr/share/vulkan/icd.d/radeon_icd.x86_64.json");
  expect((await findCards(root)).cards).toMatchObject([{ ...AMD, groups: [process.getgid?.()] }]);
});

test("a card of NVIDIA's is found by its own driver, once, with the devices that all of them share", async () => {
  const bus = "0000:01:00.0";
  await put(`/proc/driver/nvidia/gpus/${bus}/information`, "Model: \t\t NVIDIA GeForce RTX 4070\nIRQ:   \t\t 140\nDevice Minor: \t 0\n");
  const folder = `/sys/devices/pci0000:00/${bus}`;
  await put(`${folder}/vendor`, "0x10de\n");
  await put(`${folder}/device`, "0x2786\n");
  await put(`${folder}/uevent`, "DRIVER=nvidia\nPCI_ID=10DE:2786\n");
  await mkdir(join(root, folder, "drm/renderD128"), { recursive: true });
  await mkdir(join(root, "/sys/bus/pci/devices"), { recursive: true });
  await symlink(join(root, folder), join(root, "/sys/bus/pci/devices", bus));
  await mkdir(join(root, "/sys/class/drm/renderD128"), { recursive: true });
  await symlink(join(root, folder), join(root, "/sys/class/drm/renderD128/device"));
  for (const device of ["nvidia0", "nvidiactl", "nvidia-uvm", "dri/renderD128"]) await put(`/dev/${device}`, "", 0o666);
  await put("/etc/vulkan/icd.d/nvidia_icd.json");
  const { cards, unusable } = await findCards(root, async () => "00000000:01:00.0, 12282\n");
  expect(unusable).toEqual([]);
  expect(cards).toMatchObject([{
    model: "NVIDIA GeForce RTX 4070", pciId: "10de:2786", vulkanDrivers: ["/etc/vulkan/icd.d/nvidia_icd.json"], memoryMb: 12_282,
    devices: ["/dev/nvidia0", "/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/dri/renderD128"],
  }]);
});

test("what NVIDIA's tool prints is read by bus, and what it can't tell is left out", () => {
  expect(readMemories("00000000:01:00.0, 12282\n0000000A:41:00.1, 143771\n00000000:02:00.0, [N/A]\nNo devices were found\n")).toEqual(
    new Map([["0000:01:00.0", 12_282], ["000a:41:00.1", 143_771]]),
  );
});

test("a card of NVIDIA's without its tool is found all the same", async () => {
  await put("/proc/driver/nvidia/gpus/0000:01:00.0/information", "Model: \t\t NVIDIA L4\nDevice Minor: \t 0\n");
  await put("/dev/nvidia0", "", 0o666);
  await put("/etc/vulkan/icd.d/nvidia_icd.json");
  const { cards } = await findCards(root, () => Promise.reject(new Error("spawn nvidia-smi ENOENT")));
  expect(cards).toMatchObject([{ model: "NVIDIA L4", memoryMb: undefined }]);
});

test.each([
  ["no Vulkan driver", "i915", 0o666, "its Vulkan driver is not installed", "mesa-vulkan-drivers"],
  ["a driver without Vulkan", "nouveau", 0o666, "no Vulkan", "maker's driver"],
  ["devices that nobody may open", "amdgpu", 0o000, "may not open /dev/dri/renderD128", "usermod"],
])("a card with %s is named with what to do", async (_, driver, mode, why, remedy) => {
  await putDrm(128, driver, "1002:744C", mode);
  if (driver === "amdgpu") await put("/usr/share/vulkan/icd.d/radeon_icd.x86_64.json");
  const { cards, unusable } = await findCards(root);
  expect(cards).toEqual([]);
  expect(unusable).toMatchObject([{ why: expect.stringContaining(why), remedy: expect.stringContaining(remedy) }]);
});
