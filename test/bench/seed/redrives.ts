import { isBad } from "../../../schema/contract/statuses.ts";
import type { StoredDispatch } from "../../../schema/storage/tables.ts";
import { noteRow } from "../../../src/domain/base/note.ts";
import { planRedrives } from "../../../src/domain/operate/redrive.ts";
import type { Random } from "../../chaos/random.ts";
import { OPERATORS } from "./catalogue.ts";
import { idAt } from "./draw.ts";
import { type Circumstances, historyOf } from "./history.ts";
import type { History, Redriving } from "./rows.ts";

/** Bulk retries of a week: each takes a part of what was given up before it. */
export function bulkRetries({ from, to }: { from: number; to: number }, random: Random): Redriving[] {
  return [0.35, 0.6, 0.85].map((part) => {
    const startedAt = Math.round(from + (to - from) * part);
    const [by, reason] = [random.pick(OPERATORS), "what was broken is mended"];
    const filter = JSON.stringify({ from, to: startedAt });
    return {
      bulk: { id: idAt(startedAt, random), kind: "retry", filter, options: "{}", by, reason, state: "finished", startedAt },
      done: 0,
    };
  });
}

const RETRIED = 0.25;
const SUCCEEDS = 0.85;

/** With its redrive, where one of the bulk operations took it. Their count goes up. */
export function withRedrive(given: History, bulks: readonly Redriving[], circumstances: Circumstances): History[] {
  const { dispatch } = given;
  const { random } = circumstances;
  const taker = bulks.find(({ bulk }) => (dispatch.settledAt ?? Number.POSITIVE_INFINITY) < bulk.startedAt);
  if (!isBad(dispatch.status) || taker === undefined || !random.chance(RETRIED)) return [given];
  taker.done += 1;
  const redrive = redriveOf(dispatch, taker, circumstances);
  const notes = [...given.notes, retryNote(dispatch, { taker, redrive: redrive.dispatch.id })];
  // Its line came to what became of the redrive.
  return [{ ...given, dispatch: { ...dispatch, superseded: 1 }, notes }, redrive];
}

function redriveOf(dispatch: StoredDispatch, { bulk, done }: Redriving, circumstances: Circumstances): History {
  const [redrive] = planRedrives([{ ...dispatch, redrives: 0 }], {}, bulk.startedAt + done);
  if (redrive === undefined) throw new Error(`${dispatch.id} has no redrive`);
  const { root: _, redriveOf, ...owed } = redrive;
  const { eventId, route, destination } = dispatch;
  const fate = circumstances.random.chance(SUCCEEDS) ? "complete" : "failed";
  const history = historyOf({ ...owed, eventId, route, destination }, fate, circumstances);
  return { ...history, dispatch: { ...history.dispatch, redriveOf } };
}

/** As src/store/operate/store-redrive.ts writes it. */
function retryNote({ id }: StoredDispatch, { taker: { bulk }, redrive }: { taker: Redriving; redrive: string }) {
  const detail = { redrive, bulk: bulk.id };
  return noteRow({ subjectId: id, id: bulk.id, at: bulk.startedAt, kind: "retry", by: bulk.by, reason: bulk.reason, detail });
}
