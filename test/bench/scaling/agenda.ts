interface Entry {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** What is to happen when, in simulated milliseconds: a heap. What is due at the same moment happens in the order it was entered. */
export interface Agenda {
  readonly now: () => number;
  readonly at: (time: number, run: () => void) => void;
  /** Lets time pass. */
  readonly runUntil: (time: number) => void;
}

export function createAgenda(): Agenda {
  const heap: Entry[] = [];
  let now = 0;
  let order = 0;
  return {
    now: () => now,
    at: (time, run) => push(heap, { at: Math.max(time, now), order: order++, run }),
    runUntil: (time) => {
      for (let next = heap[0]; next !== undefined && next.at <= time; next = heap[0]) {
        pop(heap);
        now = next.at;
        next.run();
      }
      now = time;
    },
  };
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

function push(heap: Entry[], entry: Entry): void {
  let place = heap.length;
  heap.push(entry);
  while (place > 0) {
    const above = (place - 1) >> 1;
    const parent = heap[above];
    if (parent === undefined || !isBefore(entry, parent)) break;
    heap[place] = parent;
    place = above;
  }
  heap[place] = entry;
}

function pop(heap: Entry[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let place = 0;
  for (;;) {
    const left = 2 * place + 1;
    const [a, b] = [heap[left], heap[left + 1]];
    if (a === undefined) break;
    const [child, at] = b !== undefined && isBefore(b, a) ? [b, left + 1] : [a, left];
    if (!isBefore(child, last)) break;
    heap[place] = child;
    place = at;
  }
  heap[place] = last;
}
