/** Where a request comes from, as the browser says; `unknown` without a browser, or with one that says nothing. */
export type Site = "same" | "other" | "unknown";

/** `Sec-Fetch-Site` decides, else `Origin`: no page can forge either. `null`, the origin of a sandboxed frame, is another one. */
export function siteOf({ url, headers }: Request): Site {
  const site = headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin" ? "same" : "other";
  const origin = headers.get("origin");
  if (origin === null) return "unknown";
  return origin === new URL(url).origin ? "same" : "other";
}

/** Of a form. Everything else, JSON too, has no business here. */
export function isFormPost(headers: Headers): boolean {
  const [type = ""] = (headers.get("content-type") ?? "").split(";", 1);
  return type.trim().toLowerCase() === "application/x-www-form-urlencoded";
}

/** A path of this console to go to after signing in; `/` for anything that leads elsewhere, or that a browser might take for such. */
export function pathWithin(origin: string, next: string): string {
  if (!next.startsWith("/") || !URL.canParse(next, origin)) return "/";
  const url = new URL(next, origin);
  return url.origin === origin && !url.pathname.startsWith("//") ? `${url.pathname}${url.search}` : "/";
}
