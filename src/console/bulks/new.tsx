import { type Context, Hono } from "hono";
import type { DeliveryOptions } from "../../../schema/config/policy.ts";
import type { EventHubApi } from "../../../schema/contract/api.ts";
import { BULK_KINDS, type BulkFilter, type BulkKind, type BulkPreview, type BulkView } from "../../../schema/contract/bulks.ts";
import type { BulkOptions } from "../../../schema/contract/operations.ts";
import type { SettledStatus } from "../../../schema/contract/statuses.ts";
import { type ConsoleEnv, isOperator } from "../access/visitor.ts";
import { DISMISSED, RETRY_FIELDS, RetryFields, retryOptionsOf } from "../dispatches/operate.tsx";
import { PAGES } from "../pages.ts";
import { MayOnlyLook, Problem, Reason, type RefusedForm, refusedForm } from "../parts/action.tsx";
import { DispatchTable } from "../parts/dispatch-table.tsx";
import { withFlash } from "../parts/flash.ts";
import { type FormFields, postedFields, queryFields } from "../parts/form-fields.ts";
import { page } from "../parts/layout.tsx";
import { bulkPath } from "../parts/links.tsx";
import { drawOnce, Once } from "../parts/once.tsx";
import { counted } from "../parts/when.tsx";
import { Filter } from "./filter.tsx";
import { Narrow } from "./narrow.tsx";
import { WORDS } from "./words.ts";

const FILTERS = ["status", "destination", "route", "type", "subject", "from", "to"] as const;

/** Shows what a bulk operation would do, and starts it. */
export function newBulkRoutes(hub: EventHubApi): Hono<ConsoleEnv> {
  return new Hono<ConsoleEnv>()
    .get(PAGES.newBulk.path, async (context) => {
      const kind = kindOf(context.req.query("kind"));
      const asked = filterOf(queryFields(context, FILTERS), context.req.query("reason"), context.req.queries("ids"));
      // What comes from now on is not part of what was looked at.
      const filter = { ...asked, to: asked.to ?? new Date().toISOString() };
      return await bulkPage(context, hub, { kind, asked, filter, id: drawOnce() });
    })
    .post(PAGES.bulks.path, async (context) => {
      const { kind: named, id } = await postedFields(context, ["kind", "id"]);
      const kind = kindOf(named);
      const filter = await postedFilter(context);
      const { name: by } = context.var.visitor;
      const fields = await postedFields(context, RETRY_FIELDS);
      const { reason, ...delivery } = retryOptionsOf(fields);
      const why = { by, id, ...(reason !== undefined && { reason }) };
      try {
        const bulk = await START[kind](hub, { filter, why, delivery });
        return context.redirect(withFlash(bulkPath(bulk.id), "started"), 303);
      } catch (error) {
        const refused = refusedForm(error, fields);
        return await bulkPage(context, hub, { kind, asked: filter, filter, id: drawOnce(), refused });
      }
    });
}

/** Shows what it would concern, and the form that starts it. */
async function bulkPage(context: Context<ConsoleEnv>, hub: EventHubApi, form: BulkForm): Promise<Response> {
  const { kind, filter, refused } = form;
  const preview = filter.ids?.length === 0 ? NOTHING : await hub.previewBulk(kind, filter);
  const body = <NewBulk {...form} preview={preview} mayAct={isOperator(context.var.visitor)} />;
  return await page(context, { title: WORDS[kind].verb, ...(refused !== undefined && { status: 400 }), body });
}

interface Started {
  readonly filter: BulkFilter;
  readonly why: BulkOptions;
  readonly delivery: DeliveryOptions;
}

const START: Readonly<Record<BulkKind, (hub: EventHubApi, start: Started) => Promise<BulkView>>> = {
  retry: (hub, { filter, why, delivery }) => hub.retryDispatches(filter, { ...why, ...delivery }),
  cancel: (hub, { filter, why }) => hub.cancelDispatches(filter, why),
  dismiss: (hub, { filter, why }) => hub.dismissDispatches(filter, why),
};

function kindOf(kind: string | undefined): BulkKind {
  return BULK_KINDS.find((one) => one === kind) ?? "retry";
}

const NOTHING: BulkPreview = { count: 0, more: false, sample: [] };

/** An empty reason is one as well: some errors say nothing. And of ids that were to be selected none may be: that is not all. */
function filterOf(
  fields: FormFields<(typeof FILTERS)[number]>,
  reason: string | undefined,
  ids: readonly string[] | undefined,
): BulkFilter {
  return {
    ...fields,
    status: fields.status as SettledStatus | undefined,
    ...(reason !== undefined && { reason }),
    ...(ids !== undefined && { ids: ids.filter((id) => id !== "") }),
  };
}

async function postedFilter(context: Context): Promise<BulkFilter> {
  const form = await context.req.parseBody({ all: true });
  const ids = form["ids"] === undefined ? undefined : [form["ids"]].flat().filter((id) => typeof id === "string");
  const why = form["filter.reason"];
  return filterOf(await postedFields(context, FILTERS), typeof why === "string" ? why : undefined, ids);
}

interface BulkForm {
  readonly kind: BulkKind;
  /** What was asked for, as it can be asked for again. */
  readonly asked: BulkFilter;
  readonly filter: BulkFilter;
  /** To be the id of the operation: by it the hub knows a form that is sent twice. */
  readonly id: string;
  readonly refused?: RefusedForm;
}

interface NewBulkProps extends BulkForm {
  readonly preview: BulkPreview;
  readonly mayAct: boolean;
}

function NewBulk(props: NewBulkProps) {
  const { kind, asked, filter, preview, mayAct } = props;
  const { count: matching, more, sample } = preview;
  const many = `${counted(matching, "dispatch", "dispatches")}${more ? " or more" : ""}`;
  if (matching === 0 && !more) {
    return (
      <>
        <h1>Nothing to {WORDS[kind].verb.toLowerCase()}</h1>
        <p class="notice good">{whyNothing(kind, filter)}</p>
        {asked.ids?.length !== 0 && <Narrow kind={kind} filter={asked} />}
      </>
    );
  }
  return (
    <>
      <h1>
        {WORDS[kind].verb} {many}?
      </h1>
      <Filter filter={filter} />
      <Narrow kind={kind} filter={asked} />
      {mayAct ? <Start {...props} many={many} /> : <MayOnlyLook />}
      <h2>Some of them</h2>
      <DispatchTable dispatches={sample} />
    </>
  );
}

/** The form that starts it. */
function Start({ kind, filter, id, refused, many }: BulkForm & { many: string }) {
  return (
    <form class="panel" method="post" action={PAGES.bulks.path}>
      <Problem refused={refused} />
      <Once name="id" value={id} />
      <FilterFields kind={kind} filter={filter} />
      <Consequence kind={kind} refused={refused} />
      <Reason value={refused?.fields["reason"]} />
      <button type="submit" class={kind === "retry" ? "primary" : "danger"}>
        {WORDS[kind].verb} {many}
      </button>
    </form>
  );
}

/** What it comes to, or how it may be done otherwise. */
function Consequence({ kind, refused }: { kind: BulkKind; refused: RefusedForm | undefined }) {
  switch (kind) {
    case "retry":
      return (
        <details open={refused !== undefined}>
          <summary>Deliver otherwise than before</summary>
          <RetryFields fields={refused?.fields} />
        </details>
      );
    case "cancel":
      return <p>What is cancelled will not be delivered. This cannot be undone; it can be retried later.</p>;
    case "dismiss":
      return <p>{DISMISSED}</p>;
    default:
      return kind satisfies never;
  }
}

function whyNothing(kind: BulkKind, { ids }: BulkFilter): string {
  return ids?.length === 0 ? "None was selected." : WORDS[kind].nothing;
}

function FilterFields({ kind, filter: { ids = [], reason, ...rest } }: { kind: BulkKind; filter: BulkFilter }) {
  return (
    <>
      <input type="hidden" name="kind" value={kind} />
      {Object.entries(rest).map(([name, value]) => value !== undefined && <input type="hidden" name={name} value={String(value)} />)}
      {reason !== undefined && <input type="hidden" name="filter.reason" value={reason} />}
      {ids.map((id) => (
        <input type="hidden" name="ids" value={id} />
      ))}
    </>
  );
}
