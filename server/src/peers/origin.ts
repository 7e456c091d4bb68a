// May the page that opens this socket do so? Browsers tell where a page came
// from; other programs don't, and are judged by what they say on the socket.

/** `allowed` lists further origins, as `https://play.example.org`. */
export function originAllowed(
  origin: string | undefined,
  host: string | undefined,
  allowed: readonly string[],
): boolean {
  if (origin === undefined) return true;
  if (allowed.includes(origin)) return true;
  // The scheme is left out: in front of us it may be https, and here http.
  return host !== undefined && URL.canParse(origin) && new URL(origin).host === host.toLowerCase();
}
