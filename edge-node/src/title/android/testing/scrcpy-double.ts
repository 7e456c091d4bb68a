// scrcpy's server as the double runs it: real H.264 and real Opus on its sockets, in the
// framing of version 3.3 (Streamer.java, DesktopConnection.java).

import type { Scope } from "@nearframe/shared/lifetime";
import type { TitleSize } from "@nearframe/shared/title/manifest";
import { machineMs } from "../../../input/mark.ts";
import { openOpus } from "../../../media/encode/adapters/opus.ts";
import { openEncoders } from "../../../media/encode/encoders.ts";
import type { VideoEncoder } from "../../../media/encode/ports.ts";
import { bareSps } from "../../../media/h264/testing/bare-sps.ts";
import { NalType, nalType, splitNalUnits } from "../../../media/rtp/h264.ts";
import { Tone } from "../../test-card/tone.ts";
import type { ServiceSocket } from "./adb-daemon.ts";
import { CardScreen } from "./card-screen.ts";
import { ControlReader, type ControlMessage } from "./control-reader.ts";

const CONFIG = 1n << 63n;
const KEYFRAME = 1n << 62n;
const START_CODE = Uint8Array.of(0, 0, 0, 1);
const DEVICE_NAME_BYTES = 64;
const OPUS_SAMPLES = 960;
/** A screen that does not change is coded again this often (`repeat-previous-frame-after`). */
const REPEAT_MS = 100;
/** More frames than this on their way, and the encoder's input is not read. */
const FRAMES_WAITING_MAX = 4;

/** What the server reads of the device that it runs on. */
export interface ScrcpyHost {
  readonly size: TitleSize;
  /** Draws the screen as it is now; false where it has not changed since `before`. */
  draw(screen: CardScreen, before: number): { version: number; changed: boolean };
  /** The device's own clock. */
  nowUs(): bigint;
  control(message: ControlMessage, server: ScrcpyDouble): void;
  onChanged(tell: () => void): () => void;
  onClick(tell: () => void): () => void;
  /** A frame goes out now, on this machine's clock. */
  frameWritten(takenAtUs: bigint, atMs: number): void;
}

export type ScrcpySettings = {
  scid: string;
  video: boolean;
  audio: boolean;
  control: boolean;
  bitrateKbps: number;
  maxFps: number;
  maxSize: number;
  forward: boolean;
  sendDeviceMeta: boolean;
  clipboardAutosync: boolean;
};

/** The server's words after its class: "3.3.3 scid=… audio=false". */
export function parseScrcpySettings(words: readonly string[]): ScrcpySettings {
  const values = new Map(words.flatMap((word) => (/^\w+=/.test(word) ? [[word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)] as const] : [])));
  const flag = (name: string, otherwise: boolean) => (values.get(name) ?? String(otherwise)) === "true";
  return {
    scid: values.get("scid") ?? "",
    video: flag("video", true),
    audio: flag("audio", true),
    control: flag("control", true),
    bitrateKbps: Number(values.get("video_bit_rate") ?? 8_000_000) / 1000,
    maxFps: Number(values.get("max_fps") ?? 60),
    maxSize: Number(values.get("max_size") ?? 0),
    forward: flag("tunnel_forward", false),
    sendDeviceMeta: flag("send_device_meta", true),
    clipboardAutosync: flag("clipboard_autosync", true),
  };
}

export class ScrcpyDouble {
  readonly settings: ScrcpySettings;
  readonly #host: ScrcpyHost;
  readonly #scope: Scope;
  readonly #expected: ("video" | "audio" | "control")[];
  #first = true;
  #resetVideo = () => {};
  #control: ServiceSocket | undefined;
  /** Of the coded picture. */
  videoSize: TitleSize | undefined;

  constructor(settings: ScrcpySettings, host: ScrcpyHost, scope: Scope) {
    this.settings = settings;
    this.#host = host;
    this.#scope = scope;
    this.#expected = [...(settings.video ? ["video" as const] : []), ...(settings.audio ? ["audio" as const] : []), ...(settings.control ? ["control" as const] : [])];
  }

  /** The next of its sockets, in scrcpy's order; false when it expects none. */
  accept(socket: ServiceSocket): boolean {
    const kind = this.#expected.shift();
    if (!kind) return false;
    const first = this.#first;
    this.#first = false;
    socket.onClosed(() => void this.#scope.close());
    this.#scope.own(socket, (socket) => socket.close());
    void (async () => {
      if (first && this.settings.forward) await socket.write(Buffer.alloc(1));
      if (first && this.settings.sendDeviceMeta) {
        const name = Buffer.alloc(DEVICE_NAME_BYTES);
        name.write("Nearframe double");
        await socket.write(name);
      }
      if (kind === "video") await this.#sendVideo(socket);
      else if (kind === "audio") await this.#sendAudio(socket);
      else this.#listen(socket);
    })().catch((error: unknown) => {
      // Who hangs up while a stream is being opened has closed all that it would have owned.
      if (!this.#scope.closed) throw error;
    });
    return true;
  }

  /** To the client, from the device's clipboard. */
  tellClipboard(text: string): void {
    if (!this.settings.clipboardAutosync || !this.#control) return;
    const bytes = Buffer.from(text);
    const head = Buffer.alloc(5);
    head.writeUInt32BE(bytes.length, 1);
    void this.#control.write(Buffer.concat([head, bytes]));
  }

  resetVideo(): void {
    this.#resetVideo();
  }

  #listen(socket: ServiceSocket): void {
    this.#control = socket;
    const reader = new ControlReader();
    socket.onData((bytes) => {
      for (const message of reader.push(bytes)) {
        if (message.type === "reset-video") this.#resetVideo();
        else this.#host.control(message, this);
        if (message.type === "set-clipboard" && message.sequence !== 0n) {
          const acknowledgement = Buffer.alloc(9);
          acknowledgement[0] = 1;
          acknowledgement.writeBigUInt64BE(message.sequence, 1);
          void socket.write(acknowledgement);
        }
      }
    });
  }

  async #sendVideo(socket: ServiceSocket): Promise<void> {
    const host = this.#host;
    let encoder: { video: VideoEncoder; screen: CardScreen; scope: Scope } | undefined;
    let version = -1;
    let pts90k = 1;
    let codedAtMs = 0;
    let sets: Buffer = Buffer.alloc(0);
    const open = () => {
      void encoder?.scope.close("reset");
      const scope = this.#scope.child();
      const screen = new CardScreen(host.size);
      const coded = limitSize(host.size, this.settings.maxSize);
      const video = openEncoders(["x264"], { size: host.size, fps: 60, bitrateKbps: this.settings.bitrateKbps, onNotice: () => undefined }, scope);
      if (coded.width !== host.size.width) video.setSize(coded);
      this.videoSize = coded;
      encoder = { video, screen, scope };
      version = -1;
      sets = Buffer.alloc(0);
    };
    const send = (flags: bigint, data: Buffer) => {
      const head = Buffer.alloc(12);
      head.writeBigUInt64BE(flags);
      head.writeUInt32BE(data.length, 8);
      void socket.write(Buffer.concat([head, data]));
    };
    const code = (): void => {
      if (!encoder || this.#scope.closed || socket.waiting > FRAMES_WAITING_MAX) return;
      const takenAtUs = host.nowUs();
      const { video, screen } = encoder;
      const drawn = host.draw(screen, version);
      const nowMs = performance.now();
      if (!drawn.changed && nowMs - codedAtMs < REPEAT_MS) return;
      version = drawn.version;
      codedAtMs = nowMs;
      video.load({ data: screen.bytes, strideBytes: screen.size.width * 4 });
      pts90k = Math.max(pts90k + 1, Math.round(nowMs * 90));
      const unit = video.encode(pts90k, { keyframe: sets.length === 0 });
      const units = splitNalUnits(unit.data);
      const isSet = (each: Buffer) => nalType(each) === NalType.sps || nalType(each) === NalType.pps;
      if (sets.length === 0) {
        // Once for each encoder, as MediaCodec does, and without a word about reordering.
        sets = annexB(units.filter(isSet).map((each) => (nalType(each) === NalType.sps ? Buffer.from(bareSps(each)) : each)));
        send(CONFIG, sets);
      }
      const picture = annexB(units.filter((each) => !isSet(each) && nalType(each) !== NalType.sei));
      host.frameWritten(takenAtUs, machineMs());
      send((unit.keyframe ? KEYFRAME : 0n) | takenAtUs, picture);
    };
    open();
    const meta = Buffer.from("h264\0\0\0\0\0\0\0\0", "latin1");
    meta.writeUInt32BE(this.videoSize?.width ?? 0, 4);
    meta.writeUInt32BE(this.videoSize?.height ?? 0, 8);
    await socket.write(meta);
    this.#resetVideo = () => {
      if (this.#scope.closed) return;
      open();
      code();
    };
    // At once when something was drawn, as SurfaceFlinger's next refresh would, and by the clock.
    this.#scope.own(host.onChanged(code), (stop) => stop());
    this.#scope.own(setInterval(code, 1000 / Math.min(60, this.settings.maxFps || 60)), clearInterval);
    code();
  }

  async #sendAudio(socket: ServiceSocket): Promise<void> {
    const host = this.#host;
    const opus = openOpus({ sampleRate: 48_000, frameSamples: OPUS_SAMPLES, bitrateKbps: 128, expectedLossPercent: 0, forwardErrorCorrection: false }, this.#scope);
    const tone = new Tone(440);
    this.#scope.own(host.onClick(() => tone.click()), (stop) => stop());
    await socket.write(Buffer.from("opus"));
    const send = (flags: bigint, data: Buffer) => {
      const head = Buffer.alloc(12);
      head.writeBigUInt64BE(flags);
      head.writeUInt32BE(data.length, 8);
      if (socket.waiting <= FRAMES_WAITING_MAX) void socket.write(Buffer.concat([head, data]));
    };
    send(CONFIG, opusHead());
    const startedUs = host.nowUs();
    let frames = 0n;
    this.#scope.own(
      setInterval(() => {
        while (startedUs + frames * 20_000n <= host.nowUs()) {
          const mono = tone.next(OPUS_SAMPLES);
          const stereo = Buffer.alloc(mono.length * 2);
          for (let i = 0; i < OPUS_SAMPLES; i++) stereo.writeUInt32LE((mono.readUInt16LE(i * 2) | (mono.readUInt16LE(i * 2) << 16)) >>> 0, i * 4);
          send(startedUs + frames * 20_000n, Buffer.from(opus.encode(stereo)));
          frames += 1n;
        }
      }, 10),
      clearInterval,
    );
  }
}

const annexB = (units: readonly Uint8Array[]): Buffer => Buffer.concat(units.flatMap((unit) => [START_CODE, unit]));

/** As scrcpy limits a screen: the longer side, and both a multiple of eight. */
function limitSize({ width, height }: TitleSize, max: number): TitleSize {
  const scale = max > 0 && max < Math.max(width, height) ? max / Math.max(width, height) : 1;
  const eights = (length: number) => Math.round((length * scale) / 8) * 8;
  return scale === 1 ? { width, height } : { width: eights(width), height: eights(height) };
}

function opusHead(): Buffer {
  const head = Buffer.alloc(19);
  head.write("OpusHead", "latin1");
  head[8] = 1;
  head[9] = 2;
  head.writeUInt16LE(312, 10);
  head.writeUInt32LE(48_000, 12);
  return head;
}

