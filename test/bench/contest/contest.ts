import { messageOf } from "../../../schema/message-of.ts";
import { startAncestor } from "../contenders/ancestor/start.ts";
import { startBaseline } from "../contenders/baseline/start.ts";
import { startFlowhub } from "../contenders/flowhub/start.ts";
import { startRestate } from "../contenders/restate/start.ts";
import { type Effort, FULL, QUICK } from "./effort.ts";
import { type Enrolled, type Entrant, figuresOf, latencyOf, longBurst, roundOf, warmUp } from "./entrant.ts";
import type { ContenderName, ContestFigures } from "./figures.ts";
import { type Inserts, insertsOf } from "./inserts.ts";
import { ratiosOf } from "./ratios.ts";
import { startOn } from "./start-on.ts";

export interface ContestOptions {
  readonly quick: boolean;
  readonly interrupted: AbortSignal;
  /** Told what it is at, a line at a time. */
  readonly say: (line: string) => void;
}

interface Contest extends Omit<ContestOptions, "quick"> {
  readonly effort: Effort;
}

/** Who takes part. Without the optional ones, which need more than every machine has, it goes on. */
const FIELD: readonly (Enrolled & { readonly isOptional?: true })[] = [
  { name: "baseline", fanOut: 1, start: startBaseline },
  { name: "flowhub", fanOut: 1, start: startFlowhub },
  { name: "flowhub3", fanOut: 3, start: startFlowhub },
  { name: "ancestor", fanOut: 1, start: startAncestor, isOptional: true },
  { name: "restate", fanOut: 1, start: startRestate, isOptional: true },
];

/** Measures each contender in turn, round after round, while all of them are there; then each that has one destination by itself, under a long burst. */
export async function contest({ quick, ...options }: ContestOptions): Promise<ContestFigures> {
  const given: Contest = { ...options, effort: quick ? QUICK : FULL };
  const { entrants, absent, inserts } = await runRounds(given);
  const long = entrants.filter(({ fanOut }) => given.effort.longBurst > 0 && fanOut === 1);
  for (const entrant of long) await runLong(entrant, given);
  return {
    rounds: given.effort.rounds,
    contenders: Object.fromEntries(entrants.map((entrant) => [entrant.name, figuresOf(entrant)])),
    absent,
    d1: { insertAt1: latencyOf(inserts.map(({ at1 }) => at1)), insertAt32: latencyOf(inserts.map(({ at32 }) => at32)) },
    ratios: ratiosOf(entrants, inserts),
  };
}

interface Ran {
  readonly entrants: readonly Entrant[];
  /** Who could not be started, and why. */
  readonly absent: Readonly<Partial<Record<ContenderName, string>>>;
  /** What inserts without a hub took, round by round. */
  readonly inserts: readonly Inserts[];
}

async function runRounds(given: Contest): Promise<Ran> {
  const { effort, interrupted, say } = given;
  await using running = new AsyncDisposableStack();
  const { entrants, absent } = await startField(given, running);
  const [baseline] = entrants;
  if (baseline === undefined) throw new Error("nobody takes part");
  for (const entrant of entrants) await warmUp(entrant, effort, interrupted);
  await insertsOf(baseline.contender, effort);
  const inserts: Inserts[] = [];
  for (let round = 1; round <= effort.rounds; round++) {
    say(`round ${round} of ${effort.rounds}`);
    // Who comes first in one round comes last in the next.
    for (const entrant of round % 2 === 1 ? entrants : entrants.toReversed())
      entrant.rounds.push(await roundOf(entrant, effort, interrupted));
    inserts.push(await insertsOf(baseline.contender, effort));
  }
  return { entrants, absent, inserts };
}

async function startField({ interrupted, say }: Contest, running: AsyncDisposableStack): Promise<Omit<Ran, "inserts">> {
  const entrants: Entrant[] = [];
  const absent: Partial<Record<ContenderName, string>> = {};
  for (const { isOptional, ...enrolled } of FIELD) {
    say(`starting ${enrolled.name}`);
    try {
      const contender = running.use(await startOn(enrolled.start, { signal: interrupted, say }));
      entrants.push({ ...enrolled, contender, rounds: [] });
    } catch (error) {
      interrupted.throwIfAborted();
      if (isOptional !== true) throw error;
      absent[enrolled.name] = messageOf(error);
      say(`${enrolled.name} is not measured: ${messageOf(error)}`);
    }
  }
  return { entrants, absent };
}

async function runLong(entrant: Entrant, { effort, interrupted, say }: Contest): Promise<void> {
  say(`${effort.longBurst} dispatches of ${entrant.name}`);
  await using contender = await startOn(entrant.start, { signal: interrupted, say });
  const anew = { ...entrant, contender };
  await warmUp(anew, effort, interrupted);
  entrant.long = await longBurst(anew, effort, interrupted);
}
