import type { DispatchDetail, DispatchView } from "../../../schema/contract/dispatches.ts";
import type { RetryOptions } from "../../../schema/contract/operations.ts";
import { originalIdOf } from "../../../schema/ids.ts";
import { Action, Ask, Reason, type RefusedForm } from "../parts/action.tsx";
import { Field } from "../parts/fields.tsx";
import type { FormFields } from "../parts/form-fields.ts";
import { dispatchPath, Id } from "../parts/links.tsx";

/** Fields of a retry, alone or in bulk. */
export const RETRY_FIELDS = ["delay", "timeout", "limit", "reason"] as const;

/** The last dispatch of a line, with a form to retry it: by it the hub knows a form that is sent twice. */
export function SeenLast({ of, among }: { of: DispatchView; among: readonly DispatchView[] }) {
  return <input type="hidden" name="after" value={lineOf(of, among).at(-1)?.id ?? of.id} />;
}

/** What they ask for; the hub judges it. */
export function retryOptionsOf({ delay, timeout, limit, reason }: FormFields<(typeof RETRY_FIELDS)[number]>): RetryOptions {
  return {
    ...(delay !== undefined && { delay: delay as NonNullable<RetryOptions["delay"]> }),
    ...(timeout !== undefined && { timeout: timeout as NonNullable<RetryOptions["timeout"]> }),
    ...(limit !== undefined && { retry: { limit: Number(limit) } }),
    ...(reason !== undefined && { reason }),
  };
}

/** How a retry may differ from what it follows. */
export function RetryFields({ fields = {} }: { fields?: FormFields<string> | undefined }) {
  const { delay, timeout, limit } = fields;
  return (
    <>
      <Field name="delay" label="Not before, from now" value={delay} placeholder="0s" />
      <Field name="timeout" label="Time an attempt may take" value={timeout} placeholder="as before" />
      <Field
        name="limit"
        label="Retries after the first attempt"
        value={limit}
        placeholder="as before"
        inputmode="numeric"
        pattern="[0-9]+"
      />
    </>
  );
}

/** What dismissing comes to. */
export const DISMISSED = "What is dismissed is no dead letter any more: it is owed to nobody. It stays as it is, and can be retried later.";

interface DispatchActionsProps {
  readonly dispatch: DispatchDetail;
  /** All dispatches of its event. */
  readonly siblings: readonly DispatchView[];
  /** A retry that was refused. */
  readonly refused: RefusedForm | undefined;
}

/** What can be done to it as it stands. */
export function DispatchActions({ dispatch, siblings, refused }: DispatchActionsProps) {
  const path = dispatchPath(dispatch.id);
  if (dispatch.status === "ongoing") {
    return (
      <div class="actions">
        {dispatch.stage !== "running" && <Action to={`${path}/run-now`} label="Run now" primary />}
        <Ask to={`${path}/cancel`} label="Cancel" confirm="Cancel this dispatch" danger>
          <p>It will not be delivered. This cannot be undone; it can be retried later.</p>
          <Reason />
        </Ask>
      </div>
    );
  }
  const redrive = siblings.findLast(({ redriveOf }) => redriveOf === dispatch.id);
  if (redrive !== undefined && dispatch.standing !== "dead letter") {
    return (
      <p class="actions">
        Retried as <Id id={redrive.id} href={dispatchPath(redrive.id)} />
      </p>
    );
  }
  return (
    <div class="actions">
      <RetryActions dispatch={dispatch} siblings={siblings} refused={refused} />
      {dispatch.standing === "dead letter" && (
        <Ask to={`${path}/dismiss`} label="Dismiss" confirm="Dismiss this dead letter" danger>
          <p>{DISMISSED}</p>
          <Reason />
        </Ask>
      )}
    </div>
  );
}

/** Retries what is owed at a press, and asks before it delivers again what was delivered. */
function RetryActions({ dispatch, siblings, refused }: DispatchActionsProps) {
  const to = `${dispatchPath(dispatch.id)}/retry`;
  const answered = answeredIn(dispatch, siblings);
  const last = <SeenLast of={dispatch} among={siblings} />;
  const fields = (
    <>
      {last}
      <RetryFields fields={refused?.fields} />
      <Reason value={refused?.fields["reason"]} />
    </>
  );
  if (answered !== undefined) {
    return (
      <Ask to={to} label="Deliver again" confirm={`Deliver it to ${dispatch.destination} again`} danger refused={refused}>
        <p>
          {dispatch.destination} has answered “{answered.status}” to it: it gets it once more, and does again what it does with it.
        </p>
        {fields}
      </Ask>
    );
  }
  return (
    <>
      <Action to={to} label="Retry" primary>
        {last}
      </Action>
      <Ask to={to} label="Retry otherwise" confirm="Retry it so" refused={refused}>
        {fields}
      </Ask>
    </>
  );
}

/** The dispatch of its line that was delivered, if any. */
function answeredIn(dispatch: DispatchView, siblings: readonly DispatchView[]): DispatchView | undefined {
  const isDelivered = ({ status }: DispatchView) => status === "complete" || status === "ignored";
  return [dispatch, ...lineOf(dispatch, siblings)].find(isDelivered);
}

function lineOf(dispatch: DispatchView, siblings: readonly DispatchView[]): readonly DispatchView[] {
  return siblings.filter(({ id }) => originalIdOf(id) === originalIdOf(dispatch.id));
}
