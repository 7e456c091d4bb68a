import ipaddr from "ipaddr.js";

/** What one company can rent at once: a /16 of IPv4, a /32 of IPv6. */
export function networkOf(address: string | undefined): string {
  if (address === undefined || !ipaddr.isValid(address)) return UNKNOWN_NETWORK;
  const bytes = ipaddr.process(address).toByteArray();
  return bytes.length === 4 ? `v4-${bytes.slice(0, 2).join(".")}` : `v6-${Buffer.from(bytes.slice(0, 4)).toString("hex")}`;
}

export const UNKNOWN_NETWORK = "unknown";
