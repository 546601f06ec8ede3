import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { drive } from "./drive/drive.ts";
import { judge } from "./oracle/judge.ts";
import { type Figures, figuresOf, hasPassed } from "./report/figures.ts";
import { stories } from "./report/story.ts";

export interface ChaosOptions {
  readonly seed: number;
  readonly kills: number;
  readonly dispatches: number;
  /** Keep state and history when every promise was kept too. */
  readonly keep: boolean;
  readonly interrupted: AbortSignal;
  readonly say: (line: string) => void;
}

export interface Result {
  readonly figures: Figures;
  /** What happened where a promise was broken; empty when none was. */
  readonly story: string;
  /** Where the state is, if it was kept. */
  readonly keptIn: string | undefined;
}

/** One run of chaos and the judgement on it. The state is kept, with the history, when a promise was broken. */
export async function runChaos(options: ChaosOptions): Promise<Result> {
  const startedAt = Date.now();
  const stateDir = await mkdtemp(join(tmpdir(), "flowhub-chaos-"));
  let keep = false;
  try {
    const history = await drive({ ...options, stateDir });
    const verdict = judge(history);
    const seconds = Math.round((Date.now() - startedAt) / 100) / 10;
    const figures = figuresOf(history, verdict, { seed: options.seed, seconds });
    keep = options.keep || !hasPassed(figures);
    if (keep) await writeFile(join(stateDir, "history.json"), JSON.stringify(history));
    const story = hasPassed(figures) ? "" : stories(history, verdict.violations);
    return { figures, story, keptIn: keep ? stateDir : undefined };
  } finally {
    if (!keep) await rm(stateDir, { recursive: true, force: true, maxRetries: 10 });
  }
}
