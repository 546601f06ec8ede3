import { shortened } from "../text.ts";

/** An address as a number of 32 or 128 bits. */
interface Address {
  readonly number: bigint;
  readonly bits: 32 | 128;
}

const OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);
const IPV6_CHARACTERS = /^[\da-f:.]{2,45}$/i;

/** Bits before those of an IPv4 address that is written as one of IPv6: `::ffff:10.0.0.1`. */
const MAPPED_BITS = 96;
const MAPPED = 0xffffn;

/** A test for addresses within a range such as `10.0.0.0/8` or `2001:db8::/32`, or equal to a single one. Throws when it is neither. */
export function compileAddressRange(range: string): (text: string) => boolean {
  const [, text = "", given] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(range) ?? [];
  const network = readAddress(text);
  if (network === undefined) throw new Error(`"${shortened(text === "" ? range : text)}" is no IPv4 or IPv6 address`);
  // The length of a mapped range counts the bits before it.
  const before = network.bits === 32 && text.includes(":") ? MAPPED_BITS : 0;
  const length = given === undefined ? network.bits : Number(given) - before;
  if (length < 0 || length > network.bits) throw new Error(`/${given} is not between /${before} and /${before + network.bits}`);
  const rest = BigInt(network.bits - length);
  return (candidate) => {
    const address = readAddress(candidate);
    return address !== undefined && address.bits === network.bits && address.number >> rest === network.number >> rest;
  };
}

/** An IPv4 address is the same however it is written. */
function readAddress(text: string): Address | undefined {
  if (IPV4.test(text)) return { number: BigInt(`0x${hexadecimal(text.split("."), 10, 2)}`), bits: 32 };
  if (!IPV6_CHARACTERS.test(text)) return undefined;
  const url = URL.parse(`http://[${text}]`);
  if (url === null) return undefined;
  const number = ipv6Number(url.hostname.slice(1, -1));
  return number >> 32n === MAPPED ? { number: number & 0xffff_ffffn, bits: 32 } : { number, bits: 128 };
}

const IPV6_GROUPS = 8;

/** The number of an address as the URL standard writes it: groups of hexadecimal digits, and `::` once at most. */
function ipv6Number(address: string): bigint {
  const [head = [], tail = []] = address.split("::").map((part) => (part === "" ? [] : part.split(":")));
  const omitted = Array<string>(IPV6_GROUPS - head.length - tail.length).fill("0");
  return BigInt(`0x${hexadecimal([...head, ...omitted, ...tail], 16, 4)}`);
}

function hexadecimal(parts: readonly string[], radix: number, digits: number): string {
  return parts.map((part) => Number.parseInt(part, radix).toString(16).padStart(digits, "0")).join("");
}
