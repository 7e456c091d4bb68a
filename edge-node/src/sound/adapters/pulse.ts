// A sound card for one session: a PulseAudio of its own with a null sink for what the title plays,
// and another whose monitor is the title's microphone.
//
// The title plays into the sink; a plain socket gives the sink's monitor to the
// encoder. With its default buffers a title would be heard 72 ms late; told to
// want 10 ms it is 15 ms.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { withTimeout } from "@nearframe/shared/lifetime";
import { createChild, describeExit } from "../../process/child.ts";
import { requireCommand } from "../../process/find-command.ts";
import { createPrivateFolder } from "../../process/private-folder.ts";
import type { OpenSound, Sound } from "../../session/ports.ts";

const VOICE_FORMAT = "rate=48000 channels=1 format=s16le";
const START_TIMEOUT_MS = 10_000;
/** What PulseAudio says at level "info" once all modules of its command line are loaded. */
const READY_LINE = /Daemon startup complete/;

export const openPulse: OpenSound = async (scope) => {
  const file = await requireCommand("pulseaudio", "pulseaudio");
  const folder = await createPrivateFolder("sound", scope);
  const runtime = join(folder, "runtime");
  await mkdir(runtime, { mode: 0o700 });
  const serverSocket = join(folder, "native");
  const monitorSocket = join(folder, "monitor");
  const voiceSocket = join(folder, "voice");

  const ready = Promise.withResolvers<void>();
  const daemon = await createChild(
    {
      file,
      args: pulseArguments(serverSocket, monitorSocket, voiceSocket),
      environment: { PATH: "/usr/bin:/bin", HOME: folder, PULSE_RUNTIME_PATH: runtime, LC_ALL: "C" },
      folder,
      onLine: (line) => {
        if (READY_LINE.test(line)) ready.resolve();
      },
    },
    scope,
  );
  const exited = daemon.exited.then((exit) => `PulseAudio ended ${describeExit(exit)}: ${daemon.lastOutput()}`);
  await withTimeout(Promise.race([ready.promise, exited.then(fail)]), START_TIMEOUT_MS, "PulseAudio did not get ready");
  return {
    environment: { PULSE_SERVER: `unix:${serverSocket}`, PULSE_LATENCY_MSEC: "10", PULSE_SINK: "title", PULSE_SOURCE: "microphone" },
    monitorSocketPath: monitorSocket,
    voiceSocketPath: voiceSocket,
    closed: exited.then((why) => (scope.closed ? "closed by its owner" : why)),
  } satisfies Sound;
};

function pulseArguments(serverSocket: string, monitorSocket: string, voiceSocket: string): string[] {
  const format = "rate=48000 channels=2 format=s16le";
  return [
    // No configuration of the machine's, no parent to detach from, no bus to ask for priority.
    "-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1",
    "--realtime=no", "--high-priority=no", "--disable-shm=yes",
    "--log-target=stderr", "--log-level=info",
    // Whoever reaches the socket is let in: its folder is this user's alone, and a sandbox shows it to one title.
    "-L", `module-native-protocol-unix socket=${serverSocket} auth-cookie-enabled=0 auth-anonymous=1`,
    // Without `norewinds` an idle sink sleeps for 2 s at a time, and the first sound waits for it.
    "-L", `module-null-sink sink_name=title norewinds=1 ${format}`,
    "-L", `module-simple-protocol-unix socket=${monitorSocket} record=1 playback=0 source=title.monitor ${format}`,
    "-L", `module-null-sink sink_name=voice norewinds=1 ${VOICE_FORMAT}`,
    "-L", "module-remap-source source_name=microphone master=voice.monitor remix=0",
    "-L", `module-simple-protocol-unix socket=${voiceSocket} record=0 playback=1 sink=voice ${VOICE_FORMAT}`,
  ];
}

function fail(why: string): never {
  throw new Error(why);
}
