import { messageOf } from "../../../schema/message-of.ts";
import { startAncestor } from "../contenders/ancestor/start.ts";
import type { Contender } from "../contenders/contender.ts";
import { startFloor } from "../contenders/floor/start.ts";
import { startFlowhub } from "../contenders/flowhub/start.ts";
import { startRestate } from "../contenders/restate/start.ts";
import { type Effort, FULL, QUICK } from "./effort.ts";
import { type Entrant, figuresOf, latencyOf, longBurst, roundOf, warmUp } from "./entrant.ts";
import type { ContenderName, ContestFigures } from "./figures.ts";
import { type Inserts, insertsOf } from "./inserts.ts";
import { ratiosOf } from "./ratios.ts";
import { type Start, startOn } from "./start-on.ts";

export interface ContestOptions {
  readonly quick: boolean;
  readonly interrupted: AbortSignal;
  /** Told what it is at, a line at a time. */
  readonly say: (line: string) => void;
}

/** Those that need more than npm has to give on every machine. */
const OPTIONAL: readonly { readonly name: ContenderName; readonly start: Start }[] = [
  { name: "ancestor", start: startAncestor },
  { name: "restate", start: startRestate },
];

/** Measures each contender in turn, round after round, while all of them are there. */
export async function contest({ quick, interrupted, say }: ContestOptions): Promise<ContestFigures> {
  const effort = quick ? QUICK : FULL;
  const absent: Partial<Record<ContenderName, string>> = {};
  await using running = new AsyncDisposableStack();
  const started = async (name: string, start: Start) => {
    say(`starting ${name}`);
    return running.use(await startOn(start, { signal: interrupted, say }));
  };
  const floor = await started("the floor", startFloor);
  const entrants = [
    entrantOf("floor", floor),
    entrantOf("flowhub", await started("flowhub", startFlowhub)),
    // A hub of its own: the local engine keeps what it has run, and gets slower by it.
    entrantOf("flowhub3", await started("flowhub, for three destinations", startFlowhub)),
  ];
  for (const { name, start } of OPTIONAL) {
    try {
      entrants.push(entrantOf(name, await started(name, start)));
    } catch (error) {
      interrupted.throwIfAborted();
      absent[name] = messageOf(error);
      say(`${name} is not measured: ${messageOf(error)}`);
    }
  }
  const inserts = await measure({ entrants, floor, effort, interrupted, say });
  return {
    rounds: effort.rounds,
    contenders: Object.fromEntries(entrants.map((entrant) => [entrant.name, figuresOf(entrant, effort)])),
    absent,
    d1: { insertAt1: latencyOf(inserts.map(({ at1 }) => at1)), insertAt32: latencyOf(inserts.map(({ at32 }) => at32)) },
    ratios: ratiosOf(entrants, inserts),
  };
}

function entrantOf(name: ContenderName, contender: Contender): Entrant {
  return { name, contender, fanOut: name === "flowhub3" ? 3 : 1, rounds: [] };
}

interface Contest extends Omit<ContestOptions, "quick"> {
  readonly entrants: readonly Entrant[];
  readonly floor: Contender;
  readonly effort: Effort;
}

/** Returns what inserts without a hub took, round by round. */
async function measure({ entrants, floor, effort, interrupted, say }: Contest): Promise<Inserts[]> {
  const inserts: Inserts[] = [];
  for (const entrant of entrants) await warmUp(entrant, effort, interrupted);
  await insertsOf(floor, effort);
  for (let round = 1; round <= effort.rounds; round++) {
    say(`round ${round} of ${effort.rounds}`);
    // Who comes first in one round comes last in the next.
    for (const entrant of round % 2 === 1 ? entrants : entrants.toReversed())
      entrant.rounds.push(await roundOf(entrant, effort, interrupted));
    inserts.push(await insertsOf(floor, effort));
  }
  for (const entrant of effort.longBurst > 0 ? entrants : []) {
    say(`${effort.longBurst} dispatches of ${entrant.name}`);
    await longBurst(entrant, effort.longBurst, interrupted);
  }
  return inserts;
}
