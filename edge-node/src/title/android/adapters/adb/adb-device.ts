// Android's shell and file transfer over ADB.

import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import type { ReadableStream as NodeReadableStream } from "node:stream/web";
import { type Adb, escapeArg, type AdbShellProtocolProcess } from "@yume-chan/adb";
import type { MaybeConsumable, ReadableStream } from "@yume-chan/stream-extra";
import { withTimeout } from "@nearframe/shared/lifetime";
import { DeviceCommandError, type AndroidDevice, type CommandOptions } from "../../ports.ts";

const COMMAND_TIMEOUT_MS = 30_000;
const PUSH_TIMEOUT_MS = 600_000;
const OUTPUT_BYTES_MAX = 4 * 1024 * 1024;

export function createDevice(name: string, adb: Adb): AndroidDevice {
  const gone = adb.disconnected.then(
    () => `Android device ${name}: the connection ended`,
    (error: Error) => `Android device ${name}: ${error.message}`,
  );

  async function start(command: string): Promise<AdbShellProtocolProcess> {
    const shell = adb.subprocess.shellProtocol;
    if (!shell) throw new Error(`Android device ${name} is older than Android 7: its shell tells no exit codes`);
    return shell.spawn([command]);
  }

  async function spawn(words: readonly string[], use: (output: Readable) => Promise<void>, options: CommandOptions): Promise<void> {
    const command = words.map(quote).join(" ");
    const { timeoutMs = COMMAND_TIMEOUT_MS, input } = options;
    const process = await start(command);
    const work = async () => {
      const said: Buffer[] = [];
      const [, , , exitCode] = await Promise.all([
        use(toReadable(process.stdout)),
        collect(toReadable(process.stderr), said),
        feed(process, input),
        process.exited,
      ]);
      if (exitCode !== 0) throw new DeviceCommandError(command, exitCode, Buffer.concat(said).toString());
    };
    try {
      await withTimeout(work(), timeoutMs, `"${command}" did not end`);
    } catch (error) {
      await process.kill();
      throw error;
    }
  }

  return {
    name,
    adb,
    gone,
    async run(words, options = {}) {
      const output: Buffer[] = [];
      try {
        await spawn(words, (readable) => collect(readable, output), options);
      } catch (error) {
        // Android's own commands say what is wrong on either of the two.
        if (error instanceof DeviceCommandError) throw new DeviceCommandError(words.join(" "), error.exitCode, `${Buffer.concat(output).toString()} ${error.message}`);
        throw error;
      }
      return Buffer.concat(output).toString();
    },
    read: (words, use, options = {}) => spawn(words, use, options),
    async push(localFile, deviceFile) {
      const sync = await adb.sync();
      try {
        const file = Readable.toWeb(createReadStream(localFile)) as unknown as ReadableStream<MaybeConsumable<Uint8Array>>;
        await withTimeout(sync.write({ filename: deviceFile, file, permission: 0o644 }), PUSH_TIMEOUT_MS, `${deviceFile} was not taken`);
      } finally {
        await sync.dispose();
      }
    },
  };
}

/** A word that the device's shell would read as something else is put in quotes. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : escapeArg(word);
}

const toReadable = (stream: ReadableStream<Uint8Array>): Readable => Readable.fromWeb(stream as unknown as NodeReadableStream<Uint8Array>);

async function collect(output: Readable, into: Buffer[]): Promise<void> {
  let bytes = 0;
  for await (const chunk of output) {
    bytes += (chunk as Buffer).length;
    // The rest is read all the same: a stream that nobody reads stops the whole connection.
    if (bytes <= OUTPUT_BYTES_MAX) into.push(chunk as Buffer);
  }
}

async function feed(process: AdbShellProtocolProcess, input: Readable | undefined): Promise<void> {
  const writer = process.stdin.getWriter();
  if (input) for await (const chunk of input) await writer.write(chunk as Uint8Array);
  // A command that has ended takes no input; its exit code says how it went.
  await writer.close().catch(() => undefined);
}
