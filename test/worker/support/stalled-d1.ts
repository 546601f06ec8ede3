import { aroundD1 } from "./around-d1.ts";

/**
 * A database that does not answer while it stalls. `before`: it does nothing until it recovers; `after`: it has done what it was asked
 * for, and does not say so. `of` picks the round trips that stall.
 */
export function stalledD1(
  d1: D1Database,
  { of, until, when }: { of: RegExp; until: Promise<unknown>; when: "before" | "after" },
): { readonly d1: D1Database; ended(): Promise<void> } {
  const stalls: Promise<unknown>[] = [];
  const stalled = aroundD1(d1, async ({ statements, go }) => {
    if (!statements.some(({ sql }) => of.test(sql))) return await go();
    const trip = late(go, until, when);
    stalls.push(trip.catch(() => undefined));
    return await trip;
  });
  return {
    d1: stalled,
    ended: async () => {
      await Promise.all(stalls);
    },
  };
}

async function late<Results>(go: () => Promise<Results>, until: Promise<unknown>, when: "before" | "after"): Promise<Results> {
  if (when === "before") await until;
  const results = await go();
  await until;
  return results;
}
