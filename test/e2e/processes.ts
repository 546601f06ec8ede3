import { execFileSync } from "node:child_process";

interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  /** `Z`: dead, and waiting for somebody to take note. */
  readonly state: string;
  readonly command: string;
}

function running(): ProcessRow[] {
  const rows = execFileSync("ps", ["-eo", "pid=,ppid=,stat=,args="], { encoding: "utf8", maxBuffer: 16 * 1024 ** 2 }).split("\n");
  return rows
    .map((row) => /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(row))
    .flatMap((match) =>
      match === null ? [] : [{ pid: Number(match[1]), parent: Number(match[2]), state: match[3] ?? "", command: match[4] ?? "" }],
    )
    .filter(({ state }) => !state.startsWith("Z"));
}

/** Collects what a process and its descendants are, for as long as it lives: afterwards nobody knows whose they were. */
export function watchFamily(pid: number) {
  const family = new Map<number, string>();
  const look = () => {
    for (const { pid: id, command } of descendants([pid, ...family.keys()])) {
      if (!family.has(id)) family.set(id, command);
    }
  };
  look();
  const timer = setInterval(look, 150);
  return {
    /** Everything it ever started. */
    members: () => [...family.values()],
    stop: () => clearInterval(timer),
    /** What of it still runs. */
    left: () =>
      running()
        .filter((one) => family.get(one.pid) === one.command)
        .map(({ command }) => command),
  };
}

/** These processes and all below them. */
function descendants(of: readonly number[]): ProcessRow[] {
  const all = running();
  const ids = new Set(of);
  let before = 0;
  while (before !== ids.size) {
    before = ids.size;
    for (const { pid } of all.filter(({ parent }) => ids.has(parent))) ids.add(pid);
  }
  return all.filter(({ pid }) => ids.has(pid));
}
