import { Hono } from "hono";
import type { EventHubApi } from "../../../schema/contract/api.ts";
import type { EmitInput, EmitPreview, EmitReceipt, ReceiptDispatch } from "../../../schema/contract/emit.ts";
import { Fault } from "../../../schema/faults.ts";
import type { Json } from "../../../schema/json.ts";
import { messageOf } from "../../../schema/message-of.ts";
import { parseWrittenJson } from "../../../schema/written-json.ts";
import { type ConsoleEnv, isOperator } from "../access/visitor.ts";
import { refusalOf } from "../error-page.tsx";
import { PAGES } from "../pages.ts";
import { OnlyLooking } from "../parts/action.tsx";
import { Field } from "../parts/fields.tsx";
import { type Flash, withFlash } from "../parts/flash.ts";
import { type FormFields, postedFields, utc } from "../parts/form-fields.ts";
import { jsonText } from "../parts/json-text.ts";
import { page } from "../parts/layout.tsx";
import { eventPath } from "../parts/links.tsx";
import { drawOnce, keyOfForm, Once } from "../parts/once.tsx";
import { RoutesTable } from "../parts/routes-table.tsx";
import { counted, When } from "../parts/when.tsx";

const FIELDS = ["type", "subject", "source", "key", "delay", "at", "extensions", "data", "once"] as const;
type Fields = FormFields<(typeof FIELDS)[number]>;

const PREVIEW = "/events/preview";
const EXAMPLE: Fields = { source: "console", data: "{}" };

/** Emits an event by hand, after showing where it would go. */
export function emitRoutes(hub: EventHubApi): Hono<ConsoleEnv> {
  return new Hono<ConsoleEnv>()
    .get(PAGES.emit.path, async (context) => {
      const like = context.req.query("like");
      const fields = like === undefined ? EXAMPLE : await fieldsLike(hub, like);
      const body = isOperator(context.var.visitor) ? (
        <Emit fields={{ ...fields, once: drawOnce() }} />
      ) : (
        <OnlyLooking title="Emit an event" />
      );
      return page(context, { title: "Emit an event", body });
    })
    .post(PREVIEW, async (context) => {
      const fields = await postedFields(context, FIELDS);
      const { preview, problem } = await previewed(hub, fields);
      return page(context, { title: "Emit an event", body: <Emit fields={fields} preview={preview} problem={problem} /> });
    })
    .post(PAGES.events.path, async (context) => {
      const fields = await postedFields(context, FIELDS);
      try {
        const [receipt] = await hub.emit(await onceOnly(fields));
        // A key of the form's own was known: it is the form that was sent twice.
        const flash = fields.key === undefined ? "emitted" : flashOf(receipt);
        return context.redirect(withFlash(eventPath(receipt?.id ?? ""), flash), 303);
      } catch (error) {
        const refusal = refusalOf(error);
        if (refusal === undefined) throw error;
        return page(context, { title: "Emit an event", status: refusal.status, body: <Emit fields={fields} problem={refusal.text} /> });
      }
    });
}

function flashOf(receipt: EmitReceipt | undefined): Flash {
  if (receipt?.duplicate !== true) return "emitted";
  const isOver = ({ status, standing }: ReceiptDispatch) =>
    status === "cancelled" || standing === "dead letter" || standing === "dismissed";
  return receipt.dispatches.some(isOver) ? "knownUndelivered" : "known";
}

async function previewed(hub: EventHubApi, fields: Fields): Promise<{ preview?: EmitPreview; problem?: string }> {
  try {
    return { preview: await hub.previewEmit(inputOf(fields)) };
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    return { problem: refusal.text };
  }
}

function inputOf({ type = "", data, extensions, delay, at, once: _, ...attributes }: Fields): EmitInput {
  return {
    ...attributes,
    type,
    ...(data !== undefined && { data: jsonOf("data", data) }),
    ...(extensions !== undefined && { extensions: jsonOf("extensions", extensions) as NonNullable<EmitInput["extensions"]> }),
    ...(delay !== undefined && { delay: delay as NonNullable<EmitInput["delay"]> }),
    ...(at !== undefined && { at: utc(at) }),
  };
}

/** An event without a key gets one from its form: sent twice it is stored once, and changed in between it is another. */
async function onceOnly({ once, ...fields }: Fields): Promise<EmitInput> {
  const input = inputOf(fields);
  if (once === undefined || fields.key !== undefined) return input;
  return { ...input, source: input.source ?? EXAMPLE.source, key: await keyOfForm(once, fields) };
}

function jsonOf(field: "data" | "extensions", text: string): Json {
  try {
    return parseWrittenJson(text);
  } catch (error) {
    throw new Fault("payload.not_json", `${field}: expected JSON; ${messageOf(error)}`);
  }
}

/** What an event was emitted with, save its key: it stands for that one. */
async function fieldsLike(hub: EventHubApi, id: string): Promise<Fields> {
  const event = await hub.getEvent(id);
  if (event === null) return EXAMPLE;
  const { type, subject, source, data, extensions } = event;
  return {
    type,
    ...(subject !== undefined && { subject }),
    ...(source !== undefined && { source }),
    ...(data !== undefined && { data: jsonText(data) }),
    ...(extensions !== undefined && { extensions: JSON.stringify(extensions) }),
  };
}

interface EmitProps {
  readonly fields: Fields;
  readonly preview?: EmitPreview | undefined;
  readonly problem?: string | undefined;
}

function Emit({ fields, preview, problem }: EmitProps) {
  return (
    <>
      <h1>Emit an event</h1>
      <form class="emit" method="post" action={PAGES.events.path} data-preview={PREVIEW}>
        <Once name="once" value={fields.once} />
        <div class="filters">
          <Field name="type" label="Type" value={fields.type} placeholder="order.placed" required />
          <Field name="subject" label="Subject" value={fields.subject} />
          <Field name="source" label="Source" value={fields.source} />
          <Field name="key" label="Key" value={fields.key} title="Emitted again with the same key, it is not stored twice." />
          <Field name="delay" label="Delay" value={fields.delay} placeholder="15 minutes" />
          <Field name="extensions" label="Extensions, as JSON" value={fields.extensions} placeholder='{ "traceparent": "…" }' />
          <Field name="at" label="Not before (UTC)" value={fields.at} placeholder="2026-11-21 14:00" />
        </div>
        <label>
          Data, as JSON; leave it empty for none
          <textarea name="data" rows={12} spellcheck={false}>
            {fields.data}
          </textarea>
        </label>
        <div class="actions">
          <button type="submit" formaction={PREVIEW}>
            Where would it go?
          </button>
          <button type="submit" class="primary">
            Emit it
          </button>
        </div>
      </form>
      <section id="preview" aria-live="polite">
        {problem !== undefined && (
          <p class="notice bad" role="alert">
            {problem}
          </p>
        )}
        {preview !== undefined && <Preview preview={preview} />}
      </section>
    </>
  );
}

function Preview({ preview: { routes, dispatches } }: { preview: EmitPreview }) {
  return (
    <>
      <h2>It would make {counted(dispatches.length, "dispatch", "dispatches")}</h2>
      {dispatches.length > 0 && (
        <ul>
          {dispatches.map(({ destination, route, dueAt }) => (
            <li>
              <strong>{destination}</strong> by {route}, due <When at={dueAt} />
            </li>
          ))}
        </ul>
      )}
      <RoutesTable routes={routes} />
    </>
  );
}
