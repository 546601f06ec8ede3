import type { DispatchDetail, DispatchView } from "../../../schema/contract/dispatches.ts";
import type { RetryOptions } from "../../../schema/contract/operations.ts";
import { Action, Ask, Reason } from "../parts/action.tsx";
import { Field } from "../parts/fields.tsx";
import type { FormFields } from "../parts/form-fields.ts";
import { dispatchPath, Id } from "../parts/links.tsx";

/** Fields of a retry, alone or in bulk. */
export const RETRY_FIELDS = ["delay", "timeout", "limit", "reason"] as const;

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
export function RetryFields() {
  return (
    <>
      <Field name="delay" label="Not before, from now" placeholder="0s" />
      <Field name="timeout" label="Time an attempt may take" placeholder="as before" />
      <Field name="limit" label="Retries after the first attempt" placeholder="as before" inputmode="numeric" pattern="[0-9]+" />
    </>
  );
}

/** What dismissing comes to. */
export const DISMISSED = "What is dismissed is no dead letter any more: it is owed to nobody. It stays as it is, and can be retried later.";

/** What can be done to it as it stands. */
export function DispatchActions({ dispatch, siblings }: { dispatch: DispatchDetail; siblings: readonly DispatchView[] }) {
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
      <Action to={`${path}/retry`} label="Retry" primary />
      <Ask to={`${path}/retry`} label="Retry otherwise" confirm="Retry it so">
        <RetryFields />
        <Reason />
      </Ask>
      {dispatch.standing === "dead letter" && (
        <Ask to={`${path}/dismiss`} label="Dismiss" confirm="Dismiss this dead letter" danger>
          <p>{DISMISSED}</p>
          <Reason />
        </Ask>
      )}
    </div>
  );
}
