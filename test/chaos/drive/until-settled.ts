import { setTimeout as sleep } from "node:timers/promises";
import type { Standing } from "../workers/api.ts";
import type { Life } from "./life.ts";

const LOOK_MS = 1_000;
const SAY_MS = 10_000;
/** The hub looks again within two minutes at whatever it can repair. When nothing has settled for longer, nothing will. */
const STALLED_MS = 150_000;
/** What has settled stays quiet: a call that comes after all is to be seen. */
const QUIET_MS = 5_000;

/** Waits until no dispatch is ongoing, or none will settle any more. */
export async function untilSettled(life: Life, { expected, say }: { expected: number; say: (line: string) => void }): Promise<void> {
  let sayAt = 0;
  let movedAt = Date.now();
  let before = 0;
  while (Date.now() < movedAt + STALLED_MS) {
    const { dispatches, ongoing } = JSON.parse(await life.call(({ INSPECTOR }) => INSPECTOR.standing())) as Standing;
    if (Date.now() >= sayAt || ongoing === 0) say(`${dispatches - ongoing} of ${dispatches} dispatches settled`);
    if (Date.now() >= sayAt) sayAt = Date.now() + SAY_MS;
    if (ongoing === 0 && dispatches >= expected) break;
    if (dispatches - ongoing !== before) movedAt = Date.now();
    before = dispatches - ongoing;
    await sleep(LOOK_MS, undefined, { signal: life.over });
  }
  await sleep(QUIET_MS, undefined, { signal: life.over });
}
