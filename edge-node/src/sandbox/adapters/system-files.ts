// What of the machine a title may see: programs, libraries, fonts and data, all
// of them read-only. Nothing of /home, /root, /srv, /var, or of other sessions.

import { lstatSync, readlinkSync } from "node:fs";

/** Those that a machine lacks are left out. */
export const READ_ONLY_FILES = [
  "/usr",
  "/etc/alternatives",
  "/etc/ld.so.cache",
  "/etc/ld.so.conf",
  "/etc/ld.so.conf.d",
  "/etc/fonts",
  "/etc/ssl/certs",
  "/etc/ssl/openssl.cnf",
  "/etc/ca-certificates",
  "/etc/localtime",
  "/etc/timezone",
  "/etc/mime.types",
  "/etc/openal",
  "/etc/timidity",
  "/etc/chromium",
  "/etc/chromium.d",
  "/etc/drirc",
  "/etc/dbus-1",
  "/etc/gtk-3.0",
  "/etc/xdg",
  "/etc/vulkan",
  "/etc/glvnd",
  "/etc/retroarch.cfg",
  "/etc/X11/rgb.txt",
  "/var/cache/fontconfig",
];

/** Links into /usr on a merged system, folders of their own on an older one. */
const ROOT_FOLDERS = ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];

/** What a title needs of the network's configuration, where it may have a network. */
const NETWORK_FILES = ["/etc/nsswitch.conf", "/etc/services", "/etc/protocols"];

/** Arguments of bwrap(1). */
export function systemFileArguments(network: boolean): string[] {
  const argumentsFor = (path: string) => ["--ro-bind-try", path, path];
  return [
    ...READ_ONLY_FILES.flatMap(argumentsFor),
    ...ROOT_FOLDERS.flatMap((path) => {
      const kind = lstatSync(path, { throwIfNoEntry: false });
      if (!kind) return [];
      return kind.isSymbolicLink() ? ["--symlink", readlinkSync(path), path] : argumentsFor(path);
    }),
    ...(network ? NETWORK_FILES.flatMap(argumentsFor) : []),
  ];
}
