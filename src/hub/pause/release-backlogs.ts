import { CONTROL } from "../../../schema/limits.ts";
import { configured } from "../../bindings/configuration.ts";
import { enqueueRuns } from "../../bindings/dispatch-queue.ts";
import type { Hub } from "../../bindings/hub.ts";
import { logError } from "../../bindings/log.ts";
import { planRelease } from "../../domain/pause/release.ts";
import { homeStore } from "../../store/d1/stores.ts";
import { type ReleasingControl, readReleasing, releaseNext } from "../../store/pause/release.ts";

/**
 * Releases a minute's worth of what destinations hold back that are let go, each an equal share, and one dispatch of each that has tripped and is to
 * be tried. To be called once a minute. A lost message is no lost dispatch: what was released and does not start is overdue a minute after its
 * moment. Nothing is released while the configuration cannot be read, since nothing can be attempted.
 * One that fails keeps no other from its share: throws the first error once all have had theirs.
 */
export async function releaseBacklogs(hub: Hub): Promise<void> {
  const releasing = await readReleasing(homeStore(hub.env), hub.now());
  if (releasing.length === 0 || !(await configured(hub.env)).ok) return;
  const share = shareOf(releasing);
  const results = await Promise.allSettled(releasing.map((control) => release(hub, control, share)));
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

/** Begins with the backlog of a destination at once. Whatever goes wrong is made up for by the next minute. */
export async function releaseSoon(hub: Hub, destination: string): Promise<void> {
  try {
    const releasing = await readReleasing(homeStore(hub.env), hub.now());
    const control = releasing.find((one) => one.destination === destination && one.state === "draining");
    if (control !== undefined) await release(hub, control, shareOf(releasing));
  } catch (error) {
    logError("resume.release", error, { destination });
  }
}

function shareOf(releasing: readonly ReleasingControl[]): number {
  return Math.ceil(CONTROL.releasedPerMinute / Math.max(1, releasing.length));
}

async function release(hub: Hub, control: ReleasingControl, share: number): Promise<void> {
  const now = hub.now();
  const plan = planRelease(control, { now, share });
  if (plan.count === 0) return;
  await enqueueRuns(hub.env.DISPATCH_QUEUE, await releaseNext(homeStore(hub.env), control, { ...plan, now }));
}
