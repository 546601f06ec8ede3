/**
 * Names the network that a request comes from, for which wrong secrets are counted: an IPv4 address, or the first half of an IPv6 address, the
 * other half of which its owner chooses. Cloudflare says the address; what comes from elsewhere, as from another Worker, counts together.
 */
export function networkOf(headers: Headers): string {
  const ip = headers.get("cf-connecting-ip")?.slice(0, MAX_ADDRESS) ?? "";
  if (!ip.includes(":") || ip.includes(".")) return ip;
  const [head = [], tail] = ip.split("::").map((part) => (part === "" ? [] : part.split(":")));
  const zeros = tail === undefined ? 0 : GROUPS - head.length - tail.length;
  return [...head, ...Array<string>(Math.max(0, zeros)).fill("0")].slice(0, GROUPS / 2).join(":");
}

const GROUPS = 8;
/** Characters of the longest address there is. */
const MAX_ADDRESS = 45;
