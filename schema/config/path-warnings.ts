import { type PathQuery, readPath } from "./path-syntax.ts";

/** Says what a path that is taken may not mean as it was written: habits of other dialects, and work that grows faster than an event. */
export function pathWarnings(path: string): string[] {
  const { queries } = readPath(path);
  const nests = queries.some((query) => descendsWithinDescent(path, query));
  return [...queries.flatMap((query) => lengthWarning(path, query)), ...(nests ? [NESTS] : [])];
}

const NESTS =
  "goes through all that is below for each of all that is below: a large event may be refused with condition.too_costly; name the members on the way";

/** A path from `$` in a filter is followed anew for each node. */
function descendsWithinDescent(path: string, { at, segments, descents }: PathQuery): boolean {
  const again = isInFilter({ at }) && path[at] === "$" ? 1 : 0;
  return segments.some(({ descends }) => descends) && descents + again > 1;
}

function isInFilter({ at }: Pick<PathQuery, "at">): boolean {
  return at > 0;
}

/** `.length` is what other dialects ask a list or a text for. */
function lengthWarning(path: string, { at, segments }: PathQuery): string[] {
  const last = segments.at(-1);
  if (last?.name !== "length" || last.descends) return [];
  const owner = path.slice(at, last.at).trimEnd();
  const measured = segments.slice(0, -1).every(({ selectsOne }) => selectsOne) ? `length(${owner})` : "length(@)";
  const filter = isInFilter({ at }) || measured === "length(@)" ? `[?${measured}==1]` : `$[?${measured}==1]`;
  return [
    `${owner}.length selects a member called "length", which no list and no text has: how long one is says ${measured}, in a filter such as ` +
      `${filter}; write ["length"] if that member is meant`,
  ];
}
