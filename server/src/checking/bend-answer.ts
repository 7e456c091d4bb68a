// What a checker gets in an audit in place of what the node answered. Pure.

import type { Bend } from "@nearframe/shared/checking/audits";
import type { CheckResult } from "@nearframe/shared/checking/node-calls";
import { rankOf } from "@nearframe/shared/checking/draw";

/** Of the right form, and always wrong: no checker that looks at a single picture or frame, or knocks, can miss it. */
export function bendAnswer(result: CheckResult, bend: Bend): CheckResult {
  if (!result.ok) return result;
  const { answer } = result;
  if (bend === "pictures" && answer.call === "benchmark.start") {
    const pictureDigests = answer.pictureDigests.map((digest) => rankOf(digest).slice(0, digest.length));
    return { ok: true, answer: { ...answer, pictureDigests } };
  }
  if (bend === "frames" && answer.call === "benchmark.show" && answer.data.length > 0) {
    const first = answer.data.startsWith("A") ? "B" : "A";
    return { ok: true, answer: { ...answer, data: first + answer.data.slice(1) } };
  }
  if (bend === "port" && answer.call === "media-port") {
    const { port } = answer;
    return { ok: true, answer: { ...answer, port: { ...port, password: rankOf(port.password).slice(0, port.password.length) } } };
  }
  return result;
}
