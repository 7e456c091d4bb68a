// Fills in the first text field on the screen of somebody's session, by their leave.
//
//   node write-note.mjs SERVER TOKEN TEXT PICTURE.jpg
//
// Needs nothing but Node. What the calls mean: docs/agent-api.md.

import { writeFile } from "node:fs/promises";

const [server, token, text, picture] = process.argv.slice(2);
if (picture === undefined) {
  console.error("usage: node write-note.mjs SERVER TOKEN TEXT PICTURE.jpg");
  process.exit(2);
}

async function call(path, body) {
  const response = await fetch(new URL(`/api/agent/${path}`, server), {
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
  });
  if (response.ok) return response;
  const { code, message } = await response.json();
  throw new Error(`${path} was refused (${code}): ${message}`);
}

const tree = await (await call("tree")).json();
const field = tree.find(({ role, box }) => role === "textbox" && box !== undefined);
if (!field) throw new Error(`no text field among: ${tree.map(({ role, name }) => `${role} "${name}"`).join(", ")}`);
console.log(`writing into "${field.name}"`);
await call("act", { action: "tap", at: { x: field.box.x + field.box.width / 2, y: field.box.y + field.box.height / 2 } });
await call("act", { action: "type", text });
await call("act", { action: "key", code: "Enter" });
await writeFile(picture, Buffer.from(await (await call("screen?width=640")).arrayBuffer()));
const after = await (await call("tree")).json();
console.log(JSON.stringify(after.find(({ role }) => role === "textbox")));
