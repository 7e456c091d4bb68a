import { expect, test } from "vitest";
import { createLog } from "./log.ts";

test("a token is not written, wherever a careless line puts it", () => {
  const lines: string[] = [];
  const log = createLog("debug", { write: (line) => void lines.push(line) });
  const token = "eyJhbGciOi.secret";
  log.info({ token }, "one");
  log.info({ message: { type: "hello", token } }, "two");
  log.info({ headers: { authorization: `Bearer ${token}` } }, "three");
  log.info({ request: { headers: { cookie: token }, authorization: token } }, "four");
  expect(lines).toHaveLength(4);
  expect(lines.join()).not.toContain("secret\"");
  expect(lines.join()).not.toContain(token);
  expect(lines.join()).toContain("[secret]");
});

test("an error is written with what the operator needs, and without the values that it carries", () => {
  const lines: string[] = [];
  const log = createLog("info", { write: (line) => void lines.push(line) });
  const failure = Object.assign(new Error("disk full"), { code: "ENOSPC", params: ["private key"] });
  log.error({ error: new AggregateError([failure], "closing a scope failed") }, "not closed");
  log.error({ error: "thrown as text" }, "not stored");
  expect(lines[0]).toContain("closing a scope failed");
  expect(lines[0]).toContain("disk full");
  expect(lines[0]).toContain("ENOSPC");
  expect(lines[0]).not.toContain("private key");
  expect(lines[1]).toContain("thrown as text");
});
