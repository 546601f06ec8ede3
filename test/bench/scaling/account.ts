import type { Agenda } from "./agenda.ts";
import { type Allowance, createAllowance } from "./allowance.ts";
import { PLATFORM } from "./platform.ts";

/** What the hubs of an account share. */
export interface Account {
  readonly creations: Allowance;
  readonly running: () => number;
  /** Runs `start` when the account has room for another running instance: at once, or in turn. */
  readonly enter: (start: () => void) => void;
  readonly leave: () => void;
}

export function createAccount(agenda: Agenda): Account {
  const waiting: (() => void)[] = [];
  let first = 0;
  let running = 0;
  return {
    creations: createAllowance(PLATFORM.accountCreationsPerSecond),
    running: () => running,
    enter: (start) => {
      if (running >= PLATFORM.runningInstances) {
        waiting.push(start);
        return;
      }
      running++;
      start();
    },
    leave: () => {
      const next = waiting[first];
      if (next === undefined) {
        running--;
        return;
      }
      first++;
      agenda.at(agenda.now(), next);
    },
  };
}
