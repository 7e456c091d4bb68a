// Two films of pictures held against each other by FFmpeg's own filters.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import installer from "@ffmpeg-installer/ffmpeg";
import ffmpeg from "fluent-ffmpeg";
import { withTimeout, type Scope } from "@nearframe/shared/lifetime";
import type { TitleSize } from "@nearframe/shared/title/manifest";
import type { Luma } from "../../../media/picture.ts";

/** Each of one size, tight rows; both as long as each other. */
export type Film = { size: TitleSize; pictures: readonly Luma[] };

const FPS = 60;
/** A second or two on an idle machine. */
const TIME_MS_MAX = 60_000;

/** Whether both are one film, by MPEG-7 video signatures (ISO/IEC 15938-3): cheap, and blind to how well it is drawn. */
export async function sameSignature(a: Film, b: Film, scope: Scope): Promise<boolean> {
  const told = await filter(a, b, "[0:v]format=yuv420p[a];[1:v]format=yuv420p[b];[a][b]signature=nb_inputs=2:detectmode=full[out]", scope);
  return /whole video matching/.test(told);
}

/** Structural similarity (0 to 1) and peak signal-to-noise ratio in dB, of the whole film; `b` is brought to the size of `a`. */
export async function similarity(a: Film, b: Film, scope: Scope): Promise<{ ssim: number; psnrDb: number }> {
  const { width, height } = a.size;
  const told = await filter(
    a, b,
    `[0:v]split[a1][a2];[1:v]scale=${width}:${height}:flags=bicubic,split[b1][b2];[a1][b1]ssim[s];[a2][b2]psnr[p];[s][p]concat=n=2[out]`,
    scope,
  );
  const ssim = Number(/SSIM Y:([\d.]+)/.exec(told)?.[1]);
  const psnr = /PSNR y:(inf|[\d.]+)/.exec(told)?.[1];
  if (Number.isNaN(ssim) || psnr === undefined) throw new Error(`ffmpeg told no similarity: ${told.slice(-500)}`);
  return { ssim, psnrDb: psnr === "inf" ? 100 : Number(psnr) };
}

async function filter(a: Film, b: Film, graph: string, owner: Scope): Promise<string> {
  const scope = owner.child();
  try {
    const folder = scope.own(await mkdtemp(path.join(os.tmpdir(), "nearframe-compare-")), (folder) => rm(folder, { recursive: true }));
    const files = await Promise.all([a, b].map(async ({ pictures }, index) => {
      const file = path.join(folder, `${index}.gray`);
      await writeFile(file, Buffer.concat(pictures.map(({ data }) => data)));
      return file;
    }));
    const command = ffmpeg().setFfmpegPath(installer.path);
    for (const [index, { size }] of [a, b].entries()) {
      command.input(files[index] ?? "").inputFormat("rawvideo").inputOptions([`-pixel_format gray`, `-video_size ${size.width}x${size.height}`, `-framerate ${FPS}`]);
    }
    command.complexFilter(graph, "out").format("null").output("-");
    const told = new Promise<string>((resolve, reject) => {
      command.on("end", (_stdout: string | null, stderr: string | null) => resolve(stderr ?? ""));
      command.on("error", (error: Error, _stdout: string | null, stderr: string | null) => reject(new Error(`${error.message} ${(stderr ?? "").slice(-500)}`)));
    });
    scope.own(command, (command) => void command.kill("SIGKILL"));
    command.run();
    return await withTimeout(told, TIME_MS_MAX, "ffmpeg did not finish");
  } finally {
    await scope.close("compared");
  }
}
