import { describe } from "vitest";
import { itIsAVideoEncoder } from "../video-encoder.contract.ts";
import { openX264 } from "./x264.ts";

describe("x264", () => {
  itIsAVideoEncoder(openX264);
});
