/** Whether a type matches a route's `on`. `*` is one segment, at the end one or more, alone every type. */
export function compileGlob(glob: string): (type: string) => boolean {
  const wanted = glob.split(".");
  if (!wanted.includes("*")) return (type) => type === glob;
  const openEnded = wanted.at(-1) === "*";
  const fixed = openEnded ? wanted.slice(0, -1) : wanted;
  return (type) => {
    const given = type.split(".");
    const longEnough = openEnded ? given.length > fixed.length : given.length === fixed.length;
    return longEnough && fixed.every((segment, at) => segment === "*" || segment === given[at]);
  };
}
