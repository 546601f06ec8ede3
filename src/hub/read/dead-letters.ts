import type { DeadLetters } from "../../../schema/contract/dead-letters.ts";
import type { Hub } from "../../bindings/hub.ts";
import { parseDeadLetterQuery } from "../../domain/read/dead-letter-query.ts";
import { deadLettersView } from "../../domain/read/dead-letters.ts";
import { homeStore } from "../../store/d1/stores.ts";
import { readDeadLetters } from "../../store/read/read-dead-letters.ts";

/** Dead letters in groups, from a bounded number of rows. */
export async function deadLetters(hub: Hub, query: unknown): Promise<DeadLetters> {
  return deadLettersView(await readDeadLetters(homeStore(hub.env), parseDeadLetterQuery(query)));
}
