// When this device changes its network: Wi-Fi to cellular, back online, another Wi-Fi. The
// old path may be dead without a word, so whoever has one looks after it.

import type { Scope } from "@nearframe/shared/lifetime";

/** What browsers tell of a connection, where they do (Chromium; `type` on phones only). */
type Connection = EventTarget & { readonly type?: string };

type Page = Pick<Window, "addEventListener" | "removeEventListener"> & { readonly navigator: Navigator };

export function followNetwork(scope: Scope, page: Page, onChanged: () => void): void {
  const connection = (page.navigator as Navigator & { readonly connection?: Connection }).connection;
  let type = connection?.type;
  // It also fires for each new guess at the bandwidth, which is no change of network.
  const handleChange = () => {
    if (connection?.type === type) return;
    type = connection?.type;
    if (type !== "none") onChanged();
  };
  page.addEventListener("online", onChanged);
  connection?.addEventListener("change", handleChange);
  scope.own(page, () => {
    page.removeEventListener("online", onChanged);
    connection?.removeEventListener("change", handleChange);
  });
}
