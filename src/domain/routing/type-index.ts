/** What a glob ends at, one word after the other; `*` is a word like any other here, as no type holds it. */
interface Branch<Route> {
  readonly words: Map<string, Branch<Route>>;
  /** Their globs end here. */
  readonly ending: Ranked<Route>[];
  /** Their globs end in a `*` after this: one word more, or many. */
  readonly openEnded: Ranked<Route>[];
}

interface Ranked<Route> {
  readonly route: Route;
  readonly rank: number;
}

/**
 * Finds the routes whose `on` takes a type, in the order given, as `compileGlob` understands globs. It follows the words of the type through
 * those of the globs: at the most it meets each word of each glob once. It remembers no type, as there is no end to what users call theirs.
 */
export function indexByType<Route extends { readonly on: string }>(routes: readonly Route[]): (type: string) => readonly Route[] {
  const root: Branch<Route> = newBranch();
  for (const [rank, route] of routes.entries()) plant(root, { route, rank });
  return (type) => {
    const found: Ranked<Route>[] = [];
    climb(root, type.split("."), 0, found);
    return found.sort((one, other) => one.rank - other.rank).map(({ route }) => route);
  };
}

function newBranch<Route>(): Branch<Route> {
  return { words: new Map(), ending: [], openEnded: [] };
}

function plant<Route extends { readonly on: string }>(root: Branch<Route>, ranked: Ranked<Route>): void {
  const words = ranked.route.on.split(".");
  const openEnded = words.at(-1) === "*";
  let branch = root;
  for (const word of openEnded ? words.slice(0, -1) : words) {
    const next = branch.words.get(word) ?? newBranch();
    branch.words.set(word, next);
    branch = next;
  }
  branch[openEnded ? "openEnded" : "ending"].push(ranked);
}

/** Adds what takes a type of these words, of which `depth` led to this branch. */
function climb<Route>({ words, ending, openEnded }: Branch<Route>, type: readonly string[], depth: number, found: Ranked<Route>[]): void {
  const word = type[depth];
  for (const ranked of word === undefined ? ending : openEnded) found.push(ranked);
  if (word === undefined) return;
  for (const next of [words.get(word), words.get("*")]) {
    if (next !== undefined) climb(next, type, depth + 1, found);
  }
}
