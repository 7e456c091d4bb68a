// The window manager of a web title's display. It shows one window, the page's, as
// large as the screen, and no other.
//
// The second half is what matters: a browser answers many keys with a window of its
// own, and in some of them (open, save, print) a player could go through the node's
// files. A window that is never shown can't be used.

import type { XClient, XDisplay, XEvent } from "x11";
import x11 from "x11";
import type { TitleSize } from "@nearframe/shared/title/manifest";

export interface FullScreen {
  /** Asks the page's window to close, as its owner would; false while there is none. */
  closePage(): boolean;
}

export async function keepFullScreen({ client, screen }: XDisplay, size: TitleSize): Promise<FullScreen> {
  const [protocols, deleteWindow] = await Promise.all([internAtom(client, "WM_PROTOCOLS"), internAtom(client, "WM_DELETE_WINDOW")]);
  const root = screen[0]?.root ?? 0;
  const whole = { x: 0, y: 0, width: size.width, height: size.height };
  let page: number | undefined;

  const show = (window: number) => {
    page = window;
    client.ConfigureWindow(window, whole);
    client.MapWindow(window);
    // The window can take the keyboard once the server has mapped it.
    client.sync(() => client.SetInputFocus(window, 1));
  };
  client.on("event", (event: XEvent) => {
    const window = event.wid;
    if (window === undefined) return;
    if (event.name === "MapRequest" && (page === undefined || page === window)) show(window);
    // Chromium asks for one pixel less than the screen, lest a manager should take it for full screen.
    if (event.name === "ConfigureRequest" && window === page) client.ConfigureWindow(window, whole);
    if (event.name === "DestroyNotify" && window === page) page = undefined;
  });
  client.ChangeWindowAttributes(root, {
    eventMask: (x11.eventMask.SubstructureRedirect ?? 0) | (x11.eventMask.SubstructureNotify ?? 0),
  });
  return {
    closePage() {
      if (page === undefined) return false;
      client.SendClientMessage(page, page, protocols, 32, [deleteWindow], 0);
      return true;
    },
  };
}

function internAtom(client: XClient, name: string): Promise<number> {
  return new Promise((resolve, reject) => {
    client.InternAtom(false, name, (error, atom) => (error ? reject(error) : resolve(atom)));
  });
}
