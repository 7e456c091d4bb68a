// What a checker gets in an audit in place of what the node answered: always the same for the same answer,
// and nothing that can be told from an answer by its looks. Pure.

import type { Bend } from "@nearframe/shared/checking/audits";
import type { CheckResult } from "@nearframe/shared/checking/node-calls";
import { rankOf, shareOf } from "@nearframe/shared/checking/draw";
import { anotherLike } from "./another-like.ts";

/** Of the right form, and always wrong: no checker that looks at a single picture or frame, or knocks, can miss it. */
export function bendAnswer(result: CheckResult, bend: Bend, secret: string): CheckResult {
  if (!result.ok) return result;
  const { answer } = result;
  if (bend === "pictures" && answer.call === "benchmark.start") {
    const pictureDigests = answer.pictureDigests.map((digest) => rankOf(digest).slice(0, digest.length));
    return { ok: true, answer: { ...answer, pictureDigests } };
  }
  if (bend === "frames" && answer.call === "benchmark.show" && answer.data.length > 0) {
    return { ok: true, answer: { ...answer, data: changeOne(answer.data) } };
  }
  if (bend === "port" && answer.call === "media-port") {
    const { port } = answer;
    return { ok: true, answer: { ...answer, port: { ...port, password: anotherLike(port.password, secret) } } };
  }
  return result;
}

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/** Of the last group some bits may count for nothing. */
const BASE64_GROUP = 4;

/** In the midst of it: how a coded frame begins, everybody knows. */
function changeOne(base64: string): string {
  const index = Math.floor(shareOf(base64) * Math.max(1, base64.length - BASE64_GROUP));
  const other = BASE64[(BASE64.indexOf(base64[index] ?? "") + 1) % BASE64.length] ?? "";
  return base64.slice(0, index) + other + base64.slice(index + 1);
}
