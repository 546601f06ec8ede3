import { compileRouting } from "../../../src/domain/routing/routing.ts";
import { type Spread, spreadOf } from "../spread.ts";
import { compileAncestor } from "./ancestor.ts";
import { allCanMatch, configOf, drawEvents, fewCanMatch, type PlainRoute } from "./scenario.ts";
import { nsPerEventOf, type Router, type Subject, subjectOf } from "./subject.ts";

/** What routing one event costs with these routes. */
export interface RoutesFigure {
  readonly routes: number;
  /** How many of the routes take the type of the events. Each has a condition too, which half of the events meet. */
  readonly canMatch: number;
  readonly nsPerEvent: Spread;
  /** By all of the routes, also those that cannot match. */
  readonly nsPerEventPerRoute: number;
}

/** Ratios are of times of the same round. */
export interface RoutingFigures {
  readonly rounds: number;
  /** 5, 10, 100 and 1,000 routes of which 5 can match by type. */
  readonly flowhub: readonly RoutesFigure[];
  /** The same routes in cf-eventhub. */
  readonly ancestor: readonly RoutesFigure[];
  /** 1,000 routes that all can match by type, so that each has to be asked. */
  readonly allCanMatch: RoutesFigure;
  /** What 1,000 routes of which 5 can match cost, by what these 5 cost alone. */
  readonly route1000Vs5: Spread;
  /** What an event costs cf-eventhub, by what it costs flowhub. */
  readonly ancestorVsFlowhub: readonly { readonly routes: number; readonly ratio: Spread }[];
  /** To make 1,000 parsed routes ready to be asked: once an isolate. */
  readonly compileMs: Spread;
}

/** How much is measured. */
export interface Effort {
  readonly rounds: number;
  /** Rounds before these, which do not count: what runs often is compiled again and better. */
  readonly warmUp: number;
  /** So long takes one of the routings in one round, unless that is a great many events. */
  readonly sampleMs: number;
}

const FULL: Effort = { rounds: 51, warmUp: 6, sampleMs: 5 };
const QUICK: Effort = { rounds: 9, warmUp: 4, sampleMs: 1 };

const FEW = 5;
const MANY = 1_000;
const SIZES = [FEW, 10, 100, MANY];

/** Measures routing on this thread: less than 15 s, `quick` less than 3 s. Throws when the two hubs disagree where an event goes. */
export function benchRouting({ quick, say }: { readonly quick: boolean; readonly say?: (line: string) => void }): RoutingFigures {
  return measureRouting(quick ? QUICK : FULL, say);
}

/** The same with an effort of one's own. */
export function measureRouting({ rounds, warmUp, sampleMs }: Effort, say: (line: string) => void = () => {}): RoutingFigures {
  const pairs = SIZES.map((size) => pairOf(fewCanMatch(size), sampleMs));
  const all = subjectOf({ routes: MANY, canMatch: MANY, router: compileFlowhub(allCanMatch(MANY)), sampleMs });
  const subjects = [...pairs.flatMap(({ flowhub, ancestor }) => [flowhub, ancestor]), all];
  const config = configOf(fewCanMatch(MANY));
  const compileMs: number[] = [];
  for (let round = 1 - warmUp; round <= rounds; round++) {
    const taken = subjects.map((subject) => ({ subject, ns: nsPerEventOf(subject) }));
    const compiled = msOf(() => compileRouting(config));
    if (round < 1) continue;
    for (const { subject, ns } of taken) subject.nsPerEvent.push(ns);
    compileMs.push(compiled);
    say(`round ${round} of ${rounds}`);
  }
  return figuresOf({ pairs, all, compileMs });
}

/** The same routes in both hubs. */
interface Pair {
  readonly flowhub: Subject;
  readonly ancestor: Subject;
}

function pairOf(routes: readonly PlainRoute[], sampleMs: number): Pair {
  const [flowhub, ancestor] = [compileFlowhub(routes), compileAncestor(routes)];
  agree(flowhub, ancestor);
  const size = { routes: routes.length, canMatch: FEW, sampleMs };
  return { flowhub: subjectOf({ ...size, router: flowhub }), ancestor: subjectOf({ ...size, router: ancestor }) };
}

function compileFlowhub(routes: readonly PlainRoute[]): Router {
  return compileRouting(configOf(routes)).targetsOf;
}

function agree(flowhub: Router, ancestor: Router): void {
  for (const event of drawEvents(16)) {
    const [ours, theirs] = [flowhub, ancestor].map((router) => JSON.stringify(router(event).map(({ destination }) => destination)));
    if (ours !== theirs) throw new Error(`flowhub routes to ${ours}, cf-eventhub to ${theirs}: ${JSON.stringify(event)}`);
  }
}

function msOf(work: () => unknown): number {
  const startedAt = performance.now();
  work();
  return performance.now() - startedAt;
}

function figuresOf({ pairs, all, compileMs }: { pairs: readonly Pair[]; all: Subject; compileMs: readonly number[] }): RoutingFigures {
  const [least, most] = [pairs.at(0), pairs.at(-1)];
  if (least === undefined || most === undefined) throw new Error("there are no sizes");
  return {
    rounds: compileMs.length,
    flowhub: pairs.map(({ flowhub }) => figureOf(flowhub)),
    ancestor: pairs.map(({ ancestor }) => figureOf(ancestor)),
    allCanMatch: figureOf(all),
    route1000Vs5: ratioOf(most.flowhub, least.flowhub),
    ancestorVsFlowhub: pairs.map(({ flowhub, ancestor }) => ({ routes: flowhub.routes, ratio: ratioOf(ancestor, flowhub) })),
    compileMs: spreadOf(compileMs),
  };
}

function figureOf({ routes, canMatch, nsPerEvent }: Subject): RoutesFigure {
  const spread = spreadOf(nsPerEvent);
  return { routes, canMatch, nsPerEvent: spread, nsPerEventPerRoute: spread.median / routes };
}

function ratioOf(one: Subject, other: Subject): Spread {
  return spreadOf(one.nsPerEvent.map((ns, round) => ns / (other.nsPerEvent[round] ?? Number.NaN)));
}
