import type { CheckAnswer, CheckResult } from "@nearframe/shared/checking/node-calls";
import { CheckResult as Schema } from "@nearframe/shared/checking/node-calls";
import { expect, test } from "vitest";
import * as z from "zod/mini";
import { anotherLike } from "./another-like.ts";
import { bendAnswer } from "./bend-answer.ts";

const SECRET = "a secret of the servers";
const ok = (answer: CheckAnswer): CheckResult => ({ ok: true, answer });
const started = ok({ call: "benchmark.start", pictureDigests: ["0123456789abcdef", "fedcba9876543210"], frameDigests: ["aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb"], elapsedMs: 5 });
const shown = ok({ call: "benchmark.show", data: "AAECAw==" });

test("an audit bends one kind of answer, into another of the same form", () => {
  const pictures = bendAnswer(started, "pictures", SECRET);
  expect(pictures).not.toEqual(started);
  expect(z.parse(Schema, pictures)).toEqual(pictures);
  expect(pictures).toMatchObject({ answer: { frameDigests: ["aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb"], elapsedMs: 5 } });
  const frames = bendAnswer(shown, "frames", SECRET);
  expect(z.parse(Schema, frames)).toEqual(frames);
  expect(frames).not.toEqual(shown);
  const opened = ok({ call: "media-port", port: { usernameFragment: "abcd", password: "0123456789abcdef01234567", addresses: [{ ip: "192.0.2.1", port: 4_000 }] } });
  const port = bendAnswer(opened, "port", SECRET);
  expect(z.parse(Schema, port)).toEqual(port);
  expect(port).toMatchObject({ answer: { port: { usernameFragment: "abcd", password: expect.not.stringMatching("0123456789abcdef01234567") } } });
  // As a node does that tells of the same pictures each time: asked twice, it is bent alike.
  expect(bendAnswer(started, "pictures", SECRET)).toEqual(pictures);
});

test("what is bent looks as if it were not: a password keeps its alphabet, and a frame its beginning and its length", () => {
  const word = "a1b2c3d4e5f6g7h8i9j0zzzz99XYZ+/";
  const other = anotherLike(word, SECRET);
  const shape = (text: string) => text.replaceAll(/[a-z]/g, "a").replaceAll(/[A-Z]/g, "A").replaceAll(/[0-9]/g, "0");
  expect(shape(other)).toBe(shape(word));
  expect(anotherLike(word, "another secret")).not.toBe(other);
  expect([...other].filter((character, index) => character === word[index]).join("")).toBe("+/");
  for (let bytes = 1; bytes < 60; bytes += 1) {
    const coded = ok({ call: "benchmark.show", data: Buffer.alloc(bytes, 7).toString("base64") });
    const bent = z.parse(Schema, bendAnswer(coded, "frames", SECRET));
    const data = (result: CheckResult) => (result.ok && result.answer.call === "benchmark.show" ? result.answer.data : "");
    expect(data(bent)).toHaveLength(data(coded).length);
    expect(Buffer.from(data(bent), "base64")).not.toEqual(Buffer.from(data(coded), "base64"));
  }
});

test("and leaves all else as the node said it", () => {
  const refused: CheckResult = { ok: false, code: "BUSY", message: "another benchmark runs" };
  for (const bend of ["pictures", "frames"] as const) {
    expect(bendAnswer(refused, bend, SECRET)).toBe(refused);
    const prepared = ok({ call: "benchmark.prepare", codec: "H264" });
    expect(bendAnswer(prepared, bend, SECRET)).toBe(prepared);
  }
  expect(bendAnswer(started, "frames", SECRET)).toBe(started);
  expect(bendAnswer(shown, "pictures", SECRET)).toBe(shown);
});
