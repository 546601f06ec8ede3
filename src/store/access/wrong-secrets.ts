import { ACCESS } from "../../../schema/limits.ts";
import { withStorage } from "../d1/storage.ts";

const FORGET = "DELETE FROM wrong_secrets WHERE until <= ?1";

/** Counts one more than is allowed, and then stays as it is: who is locked out writes nothing. */
const COUNT = `
  INSERT INTO wrong_secrets (network, times, until) SELECT ?1, 1, ?2 WHERE ?3
  ON CONFLICT (network) DO UPDATE SET times = times + 1 WHERE times <= ${ACCESS.wrongSecrets}`;

/** The wrong one that makes the number full is still told so; behind it nobody is told anything. */
const LOCKED = `SELECT until FROM wrong_secrets WHERE network = ?1 AND times >= ${ACCESS.wrongSecrets} + ?2`;

export interface TriedSecret {
  readonly network: string;
  readonly isRight: boolean;
  readonly now: number;
}

/**
 * Counts a secret that was given, if it is wrong, and returns until when none from its network is looked at, if too many were. One transaction
 * of the same statements for a right one: of many at the same moment no more are looked at than of many in turn, and no clock tells them apart.
 * One may count twice when its commit was reported failed.
 */
export async function countSecret(d1: D1Database, { network, isRight, now }: TriedSecret): Promise<number | undefined> {
  const wrong = isRight ? 0 : 1;
  const [, , locked] = await withStorage(d1, () =>
    d1.batch<{ until: number }>([
      d1.prepare(FORGET).bind(now),
      d1.prepare(COUNT).bind(network, now + ACCESS.wrongSecretsMs, wrong),
      d1.prepare(LOCKED).bind(network, wrong),
    ]),
  );
  return locked?.results[0]?.until;
}
