import { createPublicKey, verify } from "node:crypto";
import { chmod, mkdtemp, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { signedText } from "@nearframe/shared/node/identity";
import { afterEach, beforeEach, expect, test } from "vitest";
import { KEY_FILE, openIdentity } from "./identity.ts";

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(path.join(os.tmpdir(), "nearframe-checker-"))));
afterEach(() => rm(folder, { recursive: true, force: true }));

test("a checker is made once, for its owner's eyes alone, and found again", async () => {
  const first = await openIdentity(folder);
  expect((await stat(path.join(folder, KEY_FILE))).mode & 0o777).toBe(0o600);
  expect((await openIdentity(folder)).checkerId).toBe(first.checkerId);
  expect(first.checkerId).toMatch(/^checker-[0-9a-f]{40}$/);
});

test("its signature shows who said it, and breaks when the words change", async () => {
  const { publicKey, signed } = await openIdentity(folder);
  const message = signed({ type: "check.report", epoch: 1 });
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: publicKey }, format: "jwk" });
  const holds = (said: object) => verify(null, Buffer.from(signedText(said)), key, Buffer.from(message.signature, "base64url"));
  expect([holds(message), holds({ ...message, epoch: 2 })]).toEqual([true, false]);
});

test("a key that others can read is not used", async () => {
  await openIdentity(folder);
  await chmod(path.join(folder, KEY_FILE), 0o644);
  await expect(openIdentity(folder)).rejects.toThrow(/run chmod 600/);
});
