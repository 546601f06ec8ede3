import { Presets, SingleBar } from "cli-progress";
import type { Progress } from "../scenario/run.ts";
import { isSettled } from "../scenario/until-settled.ts";
import { say } from "./say.ts";

/** Progress on stderr: a bar for people, a line now and then for logs. */
export interface ShownProgress extends Progress {
  /** Leaves the terminal as it was. */
  readonly stop: () => void;
}

export function shownProgress(): ShownProgress {
  return process.stderr.isTTY ? bars() : lines();
}

function bars(): ShownProgress {
  const bar = new SingleBar(
    { format: "{phase} {bar} {value}/{total}  {duration_formatted}", stream: process.stderr },
    Presets.shades_classic,
  );
  let expected = 0;
  let settling = false;
  return {
    start({ deliveries, dispatches }) {
      expected = dispatches;
      bar.start(deliveries, 0, { phase: "emitting" });
    },
    accepted: () => bar.increment(),
    looked(dispatches) {
      if (!settling) bar.setTotal(expected);
      settling = true;
      bar.update(dispatches.filter(isSettled).length, { phase: "settling" });
    },
    stop: () => bar.stop(),
  };
}

const LINE_EVERY_MS = 5_000;

function lines(): ShownProgress {
  let expected = 0;
  let nextAt = 0;
  const sparsely = (text: string) => {
    if (Date.now() < nextAt) return;
    nextAt = Date.now() + LINE_EVERY_MS;
    say(text);
  };
  return {
    start({ deliveries, dispatches }) {
      expected = dispatches;
      sparsely(`emitting ${deliveries} deliveries, owed to ${dispatches} dispatches`);
    },
    accepted: () => undefined,
    looked: (dispatches) => sparsely(`${dispatches.filter(isSettled).length} of ${expected} dispatches settled`),
    stop: () => undefined,
  };
}
