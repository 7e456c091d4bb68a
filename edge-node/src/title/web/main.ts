// Runs a web title: serves its folder on the loopback interface and shows the
// page in Chromium, full screen. One process group, one life: either ends, both end.

import { spawn } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import sirv from "sirv";
import { Scope } from "@nearframe/shared/lifetime";
import { connectX11 } from "../../x11/connect.ts";
import { serveBridge } from "./serve-bridge.ts";
import { openDevTools } from "./devtools.ts";
import { addressOf, chromiumArguments, opensLater, originOf, parseWebSettings } from "./chromium.ts";
import { keepFullScreen } from "./full-screen.ts";

const settings = parseWebSettings(process.argv[2] ?? "");
const serveFile = sirv(settings.folder, { etag: true });
const server = createServer((request, response) => serveFile(request, response));
server.listen(0, "127.0.0.1");
await once(server, "listening");
const { port } = server.address() as AddressInfo;

const { DISPLAY = "", XAUTHORITY } = process.env;
// The scope ends with the process: whoever started it kills it.
const { display } = await connectX11(
  { name: DISPLAY, environment: XAUTHORITY === undefined ? {} : { XAUTHORITY } },
  new Scope(),
  (error) => console.error(`The display refused something: ${error.message}`),
);
const fullScreen = await keepFullScreen(display, settings.size);

const browser = spawn(
  settings.setpriv,
  ["--pdeathsig", "KILL", "--", settings.chromium, ...chromiumArguments(settings, port)],
  // 3 and 4 are the DevTools' pipe.
  { stdio: ["inherit", "inherit", "inherit", "pipe", "pipe"] },
);
const devTools = openDevTools(browser.stdio[3] as Writable, browser.stdio[4] as Readable);
serveBridge(
  {
    sensors: settings.sensors,
    origin: originOf(settings),
    opensLater: opensLater(settings) ? addressOf(settings) : undefined,
    touchScreen: settings.touch ? settings.size : undefined,
  },
  devTools,
).catch((error: Error) => {
  console.error(`The page can't be watched: ${error.message}`);
});
// A browser that is told to end by a signal loses what its page has stored in the last
// seconds; one whose window is closed writes it down first.
process.on("SIGTERM", () => {
  if (!fullScreen.closePage()) browser.kill("SIGTERM");
});
const [code, signal] = (await Promise.race([
  once(browser, "exit"),
  once(browser, "error").then(([error]) => {
    throw error;
  }),
])) as [number | null, NodeJS.Signals | null];
if (signal) console.error(`Chromium was ended by ${signal}.`);
process.exit(code ?? 1);
