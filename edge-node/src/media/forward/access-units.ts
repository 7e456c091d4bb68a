// Coded frames as they come from a device, made fit for a stream that anybody may join at
// any keyframe: parameter sets stand before each, and say that nothing is reordered.

import { NalType, nalType, splitNalUnits } from "../rtp/h264.ts";
import { orderedSps, readSps, type Sps } from "../h264/sps.ts";

const START_CODE = Uint8Array.of(0, 0, 0, 1);

export type Fit = { data: Buffer; keyframe: boolean };

export class AccessUnits {
  #sets: Buffer = Buffer.alloc(0);
  #sps: Sps | undefined;

  /** Of the newest parameter sets. */
  get sps(): Sps | undefined {
    return this.#sps;
  }

  /** Parameter sets that came by themselves. */
  configure(data: Buffer): void {
    this.#sets = this.#ordered(splitNalUnits(data));
  }

  /** One frame. `data` may be the very buffer that was given. */
  fit(data: Buffer): Fit {
    // Views only: what is copied is the keyframe, behind its parameter sets.
    const units = splitNalUnits(data);
    const types = units.map(nalType);
    const keyframe = types.includes(NalType.idr);
    if (types.includes(NalType.sps)) return { data: this.#ordered(units), keyframe };
    return { data: keyframe ? Buffer.concat([this.#sets, data]) : data, keyframe };
  }

  #ordered(units: readonly Buffer[]): Buffer {
    return Buffer.concat(
      units.flatMap((unit) => {
        if (nalType(unit) !== NalType.sps) return [START_CODE, unit];
        this.#sps = readSps(unit);
        return [START_CODE, orderedSps(unit)];
      }),
    );
  }
}
