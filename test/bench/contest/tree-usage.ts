import { readFile } from "node:fs/promises";
import { treeOf } from "../contenders/process-tree.ts";

/** What processes have used. */
export interface TreeUsage {
  /** Of all that are there, and of the children they waited for, since each began. */
  readonly cpuSeconds: number;
  /** Memory that would be free without them: what they share with each other is counted once. */
  readonly bytes: number;
}

/** `sysconf(_SC_CLK_TCK)`: 100 on every Linux of our days. */
const TICKS_A_SECOND = 100;

/** What these processes and all that descends from them have used until now. `undefined` where there is no /proc to ask. */
export async function treeUsage(roots: readonly number[]): Promise<TreeUsage | undefined> {
  if (process.platform !== "linux") return undefined;
  const used = await Promise.all((await treeOf(roots)).map(processUsage));
  return {
    cpuSeconds: used.reduce((sum, { ticks }) => sum + ticks, 0) / TICKS_A_SECOND,
    bytes: used.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** Fields of proc_pid_stat(5): in user mode and in the kernel, its own and of its children that have ended. */
const TIMES = [14, 15, 16, 17];

/** Nothing for one that is gone by now. */
async function processUsage(pid: number): Promise<{ readonly ticks: number; readonly bytes: number }> {
  try {
    const [stat, memory] = await Promise.all(["stat", "smaps_rollup"].map((name) => readFile(`/proc/${pid}/${name}`, "utf8")));
    // The name, in brackets, may hold anything; the field behind it is the third.
    const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? [];
    const kilobytes = Number(/^Pss:\s+(\d+) kB$/m.exec(memory ?? "")?.[1] ?? 0);
    return { ticks: TIMES.reduce((sum, field) => sum + Number(fields[field - 3]), 0), bytes: kilobytes * 1_024 };
  } catch {
    return { ticks: 0, bytes: 0 };
  }
}
