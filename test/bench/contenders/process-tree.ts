import { readdir, readFile } from "node:fs/promises";

/** These processes and all that descends from them, as far as they live. From /proc: Linux only. */
export async function treeOf(roots: readonly number[]): Promise<readonly number[]> {
  const living = await livingProcesses();
  const childrenOf = Map.groupBy(living, ({ parent }) => parent);
  const withDescendants = ({ pid }: LivingProcess): number[] => [pid, ...(childrenOf.get(pid) ?? []).flatMap(withDescendants)];
  return [...new Set(living.filter(({ pid }) => roots.includes(pid)).flatMap(withDescendants))];
}

interface LivingProcess {
  readonly pid: number;
  readonly parent: number;
}

async function livingProcesses(): Promise<readonly LivingProcess[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  return (await Promise.all(pids.map(livingProcess))).filter((one) => one !== undefined);
}

async function livingProcess(pid: string): Promise<LivingProcess | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // The name, in brackets, may hold anything; after it come the state and the parent.
    const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return state === "Z" ? undefined : { pid: Number(pid), parent: Number(parent) };
  } catch {
    // It has ended since.
    return undefined;
  }
}
