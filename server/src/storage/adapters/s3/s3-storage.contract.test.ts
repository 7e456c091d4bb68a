// Against s3rver, an S3 server of somebody else's that keeps a bucket in a folder.
// It knows one key id, checks no signature of the present kind, and fails at a list of
// more than a page (its page tokens are made with DES, which OpenSSL 3 leaves out). So
// paging and signing are tested against a far end that is written by hand.

import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import S3rver from "s3rver";
import { afterAll, beforeAll, expect, test } from "vitest";
import { all, storageContract } from "../../storage.contract.ts";
import { createS3Storage, type S3Options } from "./s3-storage.ts";

let folder: string;
let http: Server;
let options: S3Options;
let stores = 0;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "nearframe-s3-"));
  const s3 = new S3rver({ directory: folder, silent: true, configureBuckets: [{ name: "titles", configs: [] }] });
  await s3.configureBuckets();
  http = createServer(s3.callback());
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  options = {
    endpoint: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    region: "us-east-1",
    bucket: "titles",
    prefix: "",
    accessKeyId: "S3RVER",
    secretAccessKey: "S3RVER",
  };
});
afterAll(async () => {
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

storageContract(async () => createS3Storage({ ...options, prefix: `store-${++stores}/` }));

test("a bucket that is not there is told, and is not an empty one", async () => {
  const storage = createS3Storage({ ...options, bucket: "nowhere" });
  await expect(storage.get("key")).rejects.toThrow('no bucket "nowhere"');
  await expect(storage.put("key", new Uint8Array(1))).rejects.toThrow('no bucket "nowhere"');
});

test("who is not known there is refused, and that is told", async () => {
  const storage = createS3Storage({ ...options, accessKeyId: "STRANGER" });
  await expect(storage.put("key", new Uint8Array(1))).rejects.toThrow("refused PUT (403)");
});

test("a longer list than one page is followed to its end, and every request is signed", async () => {
  const keys = Array.from({ length: 7 }, (_, index) => `p/many/k${index}`);
  const signatures: (string | undefined)[] = [];
  const pages = createServer((request, response) => {
    signatures.push(request.headers.authorization);
    const query = new URL(request.url ?? "", "http://store").searchParams;
    const left = keys.filter((key) => key.startsWith(query.get("prefix") ?? "") && key > (query.get("start-after") ?? ""));
    const page = left.slice(0, 3).map((key) => `<Contents><Key>${key}</Key></Contents>`);
    response.end(`<ListBucketResult><IsTruncated>${left.length > 3}</IsTruncated>${page.join("")}</ListBucketResult>`);
  });
  await new Promise<void>((resolve) => pages.listen(0, "127.0.0.1", resolve));
  try {
    const endpoint = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
    const storage = createS3Storage({ ...options, endpoint, prefix: "p/" });
    expect(await all(storage.list("many/"))).toEqual(keys.map((key) => key.slice("p/".length)));
    expect(signatures).toHaveLength(3);
    for (const signature of signatures) {
      expect(signature).toMatch(/^AWS4-HMAC-SHA256 Credential=S3RVER\/\d{8}\/us-east-1\/s3\/aws4_request, .*Signature=[0-9a-f]{64}$/);
    }
  } finally {
    pages.closeAllConnections();
    await new Promise((resolve) => pages.close(resolve));
  }
});
