import { faultCode } from "../../../schema/faults.ts";
import type { Hub } from "../../bindings/hub.ts";
import { endSession, isSessionEnded } from "../../store/access/ended-sessions.ts";
import { countSecret, type TriedSecret } from "../../store/access/wrong-secrets.ts";
import { homeStore } from "../../store/d1/stores.ts";

/** Keeps what the guard of the console has to know in every isolate: which sessions were ended, and where wrong secrets come from. */
export function accessRecords(hub: Hub) {
  return {
    isEnded: async (id: string) => await inStore(hub, false, (store) => isSessionEnded(store, id)),
    end: async (id: string, until: number) => await inStore(hub, undefined, (store) => endSession(store, { id, until, now: hub.now() })),
    countSecret: async (tried: Omit<TriedSecret, "now">) =>
      await inStore(hub, undefined, (store) => countSecret(store, { ...tried, now: hub.now() })),
  };
}

/**
 * A hub without a database has kept nothing and can do nothing: who knows a secret is let in, and told what is missing. One that does not
 * answer lets nobody in by a secret: `storage.unavailable`.
 */
async function inStore<Result>(hub: Hub, nothing: Result, work: (store: D1Database) => Promise<Result>): Promise<Result> {
  const store = databaseOf(hub);
  return store === undefined ? nothing : await work(store);
}

function databaseOf({ env }: Hub): D1Database | undefined {
  try {
    return homeStore(env);
  } catch (error) {
    if (faultCode(error) === "hub.misconfigured") return undefined;
    throw error;
  }
}
