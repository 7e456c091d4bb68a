// What the result of a trial hangs on. While none of it changes there is nothing new
// to find out.

import { readFile, readdir, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { availableParallelism, cpus, release } from "node:os";
import path from "node:path";

/** Where drivers lie, and what of each folder is one. */
const DRIVER_FILES: readonly { folder: string; name: RegExp }[] = [
  { folder: "/dev/dri", name: /^renderD/ },
  { folder: "/dev", name: /^nvidia\d*$/ },
  { folder: "/proc/driver/nvidia", name: /^version$/ },
  { folder: "/usr/share/vulkan/icd.d", name: /\.json$/ },
  { folder: "/etc/vulkan/icd.d", name: /\.json$/ },
];
/** Inside each machine's own folder of libraries, "x86_64-linux-gnu". */
const LIBRARIES_FOLDER = "/usr/lib";
const LIBRARY = /^lib(cuda|nvidia-encode|va|vulkan)\.so/;
const VA_DRIVER = /_drv_video\.so$/;

/** One text, the same as long as the machine is. */
export async function readMachineFacts(): Promise<string> {
  const triplets = (await namesIn(LIBRARIES_FOLDER)).filter((name) => name.endsWith("-linux-gnu"));
  const places = [
    ...DRIVER_FILES,
    ...triplets.flatMap((triplet) => [
      { folder: path.join(LIBRARIES_FOLDER, triplet), name: LIBRARY },
      { folder: path.join(LIBRARIES_FOLDER, triplet, "dri"), name: VA_DRIVER },
    ]),
  ];
  const drivers = await Promise.all(
    places.map(async ({ folder, name }) => {
      const files = (await namesIn(folder)).filter((file) => name.test(file)).map((file) => path.join(folder, file));
      return Promise.all(files.map(describeFile));
    }),
  );
  return JSON.stringify({
    cpu: cpus()[0]?.model,
    cores: availableParallelism(),
    kernel: release(),
    codecs: await codecsVersion(),
    drivers: drivers.flat().toSorted(),
  });
}

async function codecsVersion(): Promise<string> {
  const main = createRequire(import.meta.url).resolve("node-av");
  const manifest = JSON.parse(await readFile(path.join(path.dirname(main), "..", "package.json"), "utf8")) as { version: string };
  return manifest.version;
}

async function describeFile(file: string): Promise<string> {
  const { size, mtimeMs, isDevice } = await stat(file).then(
    (found) => ({ size: found.size, mtimeMs: found.mtimeMs, isDevice: found.isCharacterDevice() }),
    // It vanished as we looked, or is a link to nothing: no driver either way.
    () => ({ size: 0, mtimeMs: 0, isDevice: false }),
  );
  // Devices and what lies in /proc are new at every boot.
  return isDevice || file.startsWith("/proc/") ? file : `${file} ${size} ${Math.round(mtimeMs)}`;
}

/** None where there is no such folder. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EACCES") return [];
    throw error;
  }
}
