import { ANY, isOpenEnded, partsOf } from "../../../schema/config/type-glob.ts";

/** Where globs begin alike: one part or separator after the other. `*` is a part like any other here, as no type holds it. */
interface Branch<Route> {
  readonly parts: Map<string, Branch<Route>>;
  /** Their globs end here. */
  readonly ending: Ranked<Route>[];
  /** Their globs end here in a part that may go on. */
  readonly openEnded: OpenEnded<Route>[];
}

interface Ranked<Route> {
  readonly route: Route;
  readonly rank: number;
}

interface OpenEnded<Route> {
  /** How the part begins. */
  readonly start: string;
  readonly ranked: Ranked<Route>;
}

/**
 * Finds the routes whose `on` takes a type, in the order given, as `compileGlob` understands globs. It follows the parts of the type through
 * those of the globs: at the most it meets each part of each glob once. It remembers no type, as there is no end to what users call theirs.
 */
export function indexByType<Route extends { readonly on: string }>(routes: readonly Route[]): (type: string) => readonly Route[] {
  const root: Branch<Route> = newBranch();
  for (const [rank, route] of routes.entries()) plant(root, { route, rank });
  return (type) => {
    const found: Ranked<Route>[] = [];
    climb(root, partsOf(type), 0, found);
    return found.sort((one, other) => one.rank - other.rank).map(({ route }) => route);
  };
}

function newBranch<Route>(): Branch<Route> {
  return { parts: new Map(), ending: [], openEnded: [] };
}

function plant<Route extends { readonly on: string }>(root: Branch<Route>, ranked: Ranked<Route>): void {
  const { on } = ranked.route;
  const parts = partsOf(on);
  const start = isOpenEnded(on) ? parts.pop()?.slice(0, -1) : undefined;
  let branch = root;
  for (const part of parts) {
    const next = branch.parts.get(part) ?? newBranch();
    branch.parts.set(part, next);
    branch = next;
  }
  if (start === undefined) branch.ending.push(ranked);
  else branch.openEnded.push({ start, ranked });
}

/** Adds what takes a type of these parts, of which `depth` led to this branch. */
function climb<Route>({ parts, ending, openEnded }: Branch<Route>, type: readonly string[], depth: number, found: Ranked<Route>[]): void {
  const part = type[depth];
  if (part === undefined) {
    for (const ranked of ending) found.push(ranked);
    return;
  }
  const isLast = depth === type.length - 1;
  for (const { start, ranked } of openEnded) if (goesOn(part, start, isLast)) found.push(ranked);
  for (const next of [parts.get(part), part === "" ? undefined : parts.get(ANY)]) {
    if (next !== undefined) climb(next, type, depth + 1, found);
  }
}

/** True when something follows the start, in the part or behind it. */
function goesOn(part: string, start: string, isLast: boolean): boolean {
  return part.startsWith(start) && !(isLast && part === start);
}
