// The server that stays for the whole session: it hears the device, touches it, and holds
// its clipboard. It shows nothing, so it takes places on the device's own screen.

import type { ScrcpyControlMessageWriter } from "@yume-chan/scrcpy";
import type { Scope } from "@nearframe/shared/lifetime";
import type { CodedSound } from "../../../media/forward/ports.ts";
import type { AndroidDevice } from "../ports.ts";
import { readAll, startScrcpy } from "./start.ts";

export type HandsEvents = {
  onSound(packet: CodedSound): void;
  /** Something was copied on the device. */
  onClipboard(text: string): void;
  /** What the operator should know; all else works. */
  onNotice(text: string): void;
  onGone(error: Error): void;
};

export async function openHands(device: AndroidDevice, serverPath: string, events: HandsEvents, scope: Scope): Promise<ScrcpyControlMessageWriter> {
  const { client, options } = await startScrcpy(
    device,
    serverPath,
    // The device's name would come on the first socket, where the library looks for it only with a picture.
    { video: false, audio: true, audioCodec: "opus", control: true, clipboardAutosync: true, stayAwake: true, sendDeviceMeta: false },
    events.onGone,
    scope,
  );
  const { controller } = client;
  if (!controller) throw new Error(`${device.name}: scrcpy's server takes no input`);
  const gone = (error?: Error) => {
    if (!scope.closed) events.onGone(error ?? new Error(`${device.name}: the connection to scrcpy's server ended`));
  };
  if (options.clipboard) readAll(options.clipboard, events.onClipboard).then(() => gone(), gone);
  void hear();
  return controller;

  async function hear(): Promise<void> {
    try {
      const sound = await client.audioStream;
      if (sound?.type !== "success") {
        if (!scope.closed) events.onNotice(`${device.name} gives no sound: it needs Android 11 or newer, with its screen unlocked`);
        return;
      }
      await readAll(sound.stream, (packet) => {
        if (packet.type !== "data") return;
        events.onSound({ data: Buffer.from(packet.data.buffer, packet.data.byteOffset, packet.data.byteLength), takenAtUs: packet.pts ?? 0n });
      });
    } catch (error) {
      if (!scope.closed) events.onNotice(`${device.name} gives no sound any more: ${(error as Error).message}`);
    }
  }
}
