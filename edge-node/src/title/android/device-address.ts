// Where an Android device is reached, as an operator writes it. Pure.

export type DeviceAddress =
  /** The device's own adbd, over TCP: redroid, Cuttlefish, emulators, devices after `adb tcpip`. */
  | { kind: "direct"; host: string; port: number }
  /** Through the adb server of a machine, by the serial that `adb devices` shows. */
  | { kind: "server"; serial: string };

export class DeviceAddressError extends Error {
  readonly code = "DEVICE_ADDRESS";
}

const ADBD_PORT = 5555;
const SERVER = "adb:";

/** Several are separated by commas. */
export function parseDeviceAddresses(text: string): DeviceAddress[] {
  const words = text.split(",").map((word) => word.trim()).filter((word) => word !== "");
  const addresses = words.map(parseDeviceAddress);
  const names = addresses.map(nameOf);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new DeviceAddressError(`${twice} is named twice`);
  return addresses;
}

function parseDeviceAddress(word: string): DeviceAddress {
  if (word.startsWith(SERVER)) {
    const serial = word.slice(SERVER.length);
    if (!/^[\w.:-]{1,100}$/.test(serial)) throw new DeviceAddressError(`"${word}" names no serial; write adb: and what "adb devices" shows`);
    return { kind: "server", serial };
  }
  const { host, port } = parseEndpoint(word, ADBD_PORT);
  return { kind: "direct", host, port };
}

export function parseEndpoint(word: string, portDefault: number): { host: string; port: number } {
  const match = /^(\[[0-9a-fA-F:.]+\]|[\w.-]+)(?::(\d{1,5}))?$/.exec(word);
  const port = match?.[2] === undefined ? portDefault : Number(match[2]);
  if (!match?.[1] || port < 1 || port > 65_535) throw new DeviceAddressError(`"${word}" is no address; write host:port, or adb:SERIAL`);
  return { host: match[1].replace(/^\[|\]$/g, ""), port };
}

/** The same in logs and notices. */
export function nameOf(address: DeviceAddress): string {
  if (address.kind === "server") return `${SERVER}${address.serial}`;
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return `${host}:${address.port}`;
}
