import { ANY, isOpenEnded, partsOf } from "../../../schema/config/type-glob.ts";

/** Tells whether a type matches a route's `on`. */
export function compileGlob(glob: string): (type: string) => boolean {
  if (!glob.includes(ANY)) return (type) => type === glob;
  const fixed = partsOf(isOpenEnded(glob) ? glob.slice(0, -1) : glob);
  const written = fixed.map((part) => (part === ANY ? "[^./:]+" : part.replace(SYNTAX, "\\$&"))).join("");
  const whole = new RegExp(`^${written}${isOpenEnded(glob) ? ".+" : ""}$`, "su");
  return (type) => whole.test(type);
}

const SYNTAX = /[$()*+./?[\\\]^{|}]/g;
