const LOCALHOSTS: readonly string[] = ["localhost", "127.0.0.1", "[::1]"];

/** Whether a URL leads to the machine it is opened on. */
export function isLocalhost(url: string): boolean {
  return LOCALHOSTS.includes(new URL(url).hostname);
}

/**
 * Why a request is not taken for one of somebody at this machine; `undefined` when it is. The address alone does not tell:
 * `wrangler dev` takes it from a `Host` that anybody may send, from its own `--host`, or from the header `MF-Original-URL` (tried, 4.156.2).
 */
export function notFromHere({ url, headers }: Request): string | undefined {
  if (!isLocalhost(url)) return "its address is not localhost";
  const ip = headers.get("cf-connecting-ip");
  if (ip !== null && !isLoopback(ip)) return "the request comes from another machine";
  if (!isLocalToBrowser(headers)) return "it was sent without Sec-Fetch-Site, as a browser does that was led here under another name";
  return undefined;
}

function isLoopback(ip: string): boolean {
  return ip === "::1" || /^(::ffff:)?127(\.\d{1,3}){3}$/.test(ip);
}

/**
 * Against DNS rebinding. Over plain HTTP a browser sends `Sec-Fetch-Site` to what it knows as localhost and to nothing else, and no page can set it
 * (tried in Chromium 153). Without it only what is no browser is let in: one says who it is and which languages it reads, whatever a page does.
 */
function isLocalToBrowser(headers: Headers): boolean {
  if (headers.has("sec-fetch-site")) return true;
  const isBrowser = headers.has("accept-language") || headers.has("origin") || headers.get("user-agent")?.startsWith("Mozilla/");
  return !isBrowser;
}
