import { createPublicKey, verify } from "node:crypto";
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { nodeIdOf, signedText } from "@nearframe/shared/node/identity";
import { Scope } from "@nearframe/shared/lifetime";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { claimDataFolder, findRunningNode } from "./data-folder.ts";
import { KEY_FILE, openIdentity } from "./identity.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "nearframe-identity-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("a node's identity", () => {
  test("is made once, kept for its owner's eyes alone, and found again", async () => {
    const first = await openIdentity(path.join(folder, "new"));
    expect((await stat(path.join(folder, "new", KEY_FILE))).mode & 0o777).toBe(0o600);
    expect(await readdir(path.join(folder, "new"))).toEqual([KEY_FILE]);
    const again = await openIdentity(path.join(folder, "new"));
    expect([again.nodeId, again.publicKey]).toEqual([first.nodeId, first.publicKey]);
    expect(first.nodeId).toBe(nodeIdOf(Buffer.from(first.publicKey, "base64url")));
    expect((await openIdentity(path.join(folder, "other"))).nodeId).not.toBe(first.nodeId);
  });

  test("is one, however many start at the same moment", async () => {
    const all = await Promise.all([1, 2, 3].map(() => openIdentity(folder)));
    expect(new Set(all.map(({ nodeId }) => nodeId)).size).toBe(1);
    expect(await readdir(folder)).toEqual([KEY_FILE]);
  });

  test("signs what is said, so that its public key shows who said it", async () => {
    const { publicKey, signed } = await openIdentity(folder);
    const message = signed({ type: "node.heartbeat", number: 1 });
    const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: publicKey }, format: "jwk" });
    expect(verify(null, Buffer.from(signedText(message)), key, Buffer.from(message.signature, "base64url"))).toBe(true);
    expect(verify(null, Buffer.from(signedText({ ...message, number: 2 })), key, Buffer.from(message.signature, "base64url"))).toBe(false);
  });

  test("that others could read is not used", async () => {
    await openIdentity(folder);
    await chmod(path.join(folder, KEY_FILE), 0o644);
    await expect(openIdentity(folder)).rejects.toThrow(/can be read by others: run chmod 600/);
  });

  test("of what is no key is one sentence", async () => {
    await writeFile(path.join(folder, KEY_FILE), "not a key", { mode: 0o600 });
    await expect(openIdentity(folder)).rejects.toThrow(/holds no Ed25519 key/);
  });
});

describe("a node's data folder", () => {
  test("is for one process, which is found by it", async () => {
    const scope = new Scope();
    expect(await findRunningNode(folder)).toBeUndefined();
    await claimDataFolder(folder, scope);
    expect(await findRunningNode(folder)).toBe(process.pid);
    await expect(claimDataFolder(folder, new Scope())).rejects.toThrow(/Another node uses the data folder/);
    await scope.close();
    expect(await findRunningNode(folder)).toBeUndefined();
  });

  test("is free when the process that named itself there is gone, though the number is another's by now", async () => {
    await writeFile(path.join(folder, "node.pid"), `${process.pid}\n`);
    expect(await findRunningNode(folder)).toBeUndefined();
  });
});
