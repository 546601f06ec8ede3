import { aroundD1, type RoundTrip } from "./around-d1.ts";

/** `lost`: it never reached the database. `unheard`: it was committed and the answer was lost. */
export type TripFault = "none" | "lost" | "unheard";

/** What D1 says when the line is cut. */
export const CONNECTION_LOST = "D1_ERROR: Network connection lost.";

/** A database that fails as `faultOf` says. `nth` counts from 1 the round trips that match `of`; others pass. */
export function faultyD1(
  d1: D1Database,
  { of, faultOf, message = CONNECTION_LOST }: { of: RegExp; faultOf: (nth: number) => TripFault; message?: string },
): D1Database {
  let nth = 0;
  return aroundD1(d1, async ({ statements, go }) => {
    if (!isAbout(statements, of)) return await go();
    nth += 1;
    const fault = faultOf(nth);
    if (fault === "lost") throw new Error(message);
    const results = await go();
    if (fault === "unheard") throw new Error(message);
    return results;
  });
}

function isAbout(statements: RoundTrip["statements"], of: RegExp): boolean {
  return statements.some(({ sql }) => of.test(sql));
}
