import { describe, expect, test } from "vitest";
import type { EmitInput } from "../../../../schema/contract/emit.ts";
import { EMIT } from "../../../../schema/limits.ts";
import { parseEmit } from "../../../../src/domain/emit/parse-emit.ts";
import { planEmit, storedEvent } from "../../../../src/domain/emit/plan-emit.ts";
import { messageOf } from "../../support/message-of.ts";
import { routingOf } from "../../support/routing.ts";

const routing = routingOf({ destinations: {}, routes: [] });

/** An event as its destinations get it. */
function carried(input: unknown) {
  const accepted = parseEmit([input], { maxEvents: 1, maxBytes: EMIT.maxCallBytes });
  const { events } = planEmit({ accepted, ids: ["e1"], routing, configVersion: "v1", maxDispatches: 0, now: 0 });
  return events.map(storedEvent)[0];
}

const refusal = (input: unknown) => messageOf(() => carried(input)).replace(/^\(event\.invalid\) Event 0: /, "");

const TEXT = "holds a control character, a noncharacter or a lone surrogate.";
const event = { type: "a" };

/** CloudEvents 1.0.2, sections "Type System" and "Context Attributes", and "Handling of null" of its JSON format. */
describe("CloudEvents allows and the hub carries", () => {
  test.each<[rule: string, given: Record<string, unknown>]>([
    ["any text as a type", { type: "com.example/order:placed 42 +@~%#?&=\"'<>" }],
    ["letters of any script in a type", { type: "注文.出荷済み" }],
    ["characters beyond the first plane in a type", { type: "😀.\u{10fffd}" }],
    ["a reverse DNS name as a type", { type: "com.github.pull_request.opened" }],
    ["a type of one character", { type: "0" }],
    ["empty words in a type", { type: "..a..b." }],
    ["a type of 255 characters", { type: "x".repeat(255) }],
    ["a URI as a source", { source: "https://github.com/cloudevents" }],
    ["a URN as a source", { source: "urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66" }],
    ["a mail address as a source", { source: "mailto:cncf-wg-serverless@lists.cncf.io" }],
    ["a path as a source", { source: "/cloudevents/spec/pull/123" }],
    ["a relative reference as a source", { source: "../sensors?tn=1234567&alerts#x" }],
    ["any text as a subject", { subject: "my folder/mynewfile (1).jpg" }],
    ["a subject of white space", { subject: " " }],
    ["a subject of 1,024 bytes", { subject: "é".repeat(512) }],
    ["a time in UTC", { time: "2018-04-05T17:31:00Z" }],
    ["text, booleans and integers as extensions", { extensions: { comexampleextension1: "value", sampled: true, othervalue: 5 } }],
    ["the smallest and the largest integer", { extensions: { least: -2_147_483_648, most: 2_147_483_647 } }],
    ["empty text, zero and false as extensions", { extensions: { text: "", zero: 0, no: false } }],
    [
      "extensions that its documents name",
      { extensions: { traceparent: "00-0af7-b7ad-01", partitionkey: "k", correlationid: "c", sequence: "1" } },
    ],
    ["names of digits, and of 20 characters", { extensions: { "0": "a", abcdefghij0123456789: "b" } }],
    ["30 extensions", { extensions: Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`e${index}`, index])) }],
    ["null as the value of data", { data: null }],
    ["text as data", { data: '<much wow="xml"/>' }],
    ["NUL and lone surrogates in data", { data: { "\0": "\ud800" } }],
  ])("%s", (_, given) => {
    const { time } = given;
    expect(carried({ ...event, ...given })).toMatchObject({
      ...given,
      ...(typeof time === "string" && { time: new Date(time).toISOString() }),
    });
  });

  test.each<[rule: string, time: string, carried: string]>([
    ["an offset, as the same moment of UTC", "2018-04-05T19:31:00+02:00", "2018-04-05T17:31:00.000Z"],
    ["lower case, as upper case", "2018-04-05t17:31:00z", "2018-04-05T17:31:00.000Z"],
    ["nanoseconds, cut to milliseconds", "2018-04-05T17:31:00.123456789Z", "2018-04-05T17:31:00.123Z"],
    ["a leap second, as the second that follows", "2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"],
  ])("a time with %s", (_, time, expected) => {
    expect(carried({ ...event, time })).toMatchObject({ time: expected });
  });

  test("no data, no attribute that may be absent, and null for each of them", () => {
    const bare = { id: "e1", type: "a", time: "1970-01-01T00:00:00.000Z", correlationId: "e1", depth: 0 };
    expect(carried(event)).toStrictEqual(bare);
    expect(carried({ ...event, source: null, subject: null, time: null, extensions: null })).toStrictEqual(bare);
    expect(carried({ ...event, extensions: {} })).toStrictEqual(bare);
    expect(carried({ ...event, extensions: { traceparent: null } })).toStrictEqual(bare);
  });
});

describe("what CloudEvents refuses is refused by name", () => {
  test.each<[rule: string, given: Record<string, unknown>, says: string]>([
    ["an event without a type", { type: undefined }, "type: expected a string, it is missing."],
    ["a type that is null", { type: null }, "type: expected a string."],
    ["an empty type", { type: "" }, "type: must be at least 1 character long."],
    ["a type that is a number", { type: 5 }, "type: expected a string."],
    ["an empty source", { source: "" }, "source: must be at least 1 character long."],
    ["an empty subject", { subject: "" }, "subject: must be at least 1 character long."],
    ...["\0", "\n", "\u001f", "\u007f", "\u009f", "\ufdd0", "\uffff", "\u{1fffe}", "\ud800", "\udc00a"].flatMap(
      (character): [string, Record<string, unknown>, string][] => [
        [`${JSON.stringify(character)} in a type`, { type: `a${character}b` }, `type: ${TEXT}`],
        [`${JSON.stringify(character)} in a source`, { source: `a${character}b` }, `source: ${TEXT}`],
        [`${JSON.stringify(character)} in a subject`, { subject: `a${character}b` }, `subject: ${TEXT}`],
        [`${JSON.stringify(character)} in an extension`, { extensions: { a: `a${character}b` } }, `extensions.a: ${TEXT}`],
      ],
    ),
    ["a time in seconds", { time: 1_522_949_460 }, "time: expected an RFC 3339 time or a Date."],
    ["a time without T", { time: "2018-04-05 17:31:00Z" }, 'time: expected a time such as "2026-11-21T10:00:00Z".'],
    ["a time without a zone", { time: "2018-04-05T17:31:00" }, 'time: expected a time such as "2026-11-21T10:00:00Z".'],
    ["a year of five digits", { time: new Date(1e15) }, "time: must lie within the years 0000 to 9999."],
    ...["", "Trace", "trace_parent", "trace-parent", "träce", "abcdefghij01234567890"].map(
      (name): [string, Record<string, unknown>, string] => [
        `an extension named ${JSON.stringify(name)}`,
        { extensions: { [name]: "a" } },
        `extensions.${name}: expected a name of 1 to 20 lower-case letters a to z and digits.`,
      ],
    ),
    ...["id", "source", "specversion", "type", "datacontenttype", "dataschema", "subject", "time", "data", "key"].map(
      (name): [string, Record<string, unknown>, string] => [
        `an extension named ${name}`,
        { extensions: { [name]: "a" } },
        `extensions.${name}: is the name of an attribute and of no extension.`,
      ],
    ),
    ...[1.5, 2_147_483_648, -2_147_483_649, Number.NaN, 5n, {}, [], new Date(0)].map((value): [string, Record<string, unknown>, string] => [
      `an extension of ${typeof value} ${String(value)}`,
      { extensions: { a: value } },
      "extensions.a: expected text, a boolean, or a whole number of 32 bits.",
    ]),
    ["extensions that are a list", { extensions: ["a"] }, "extensions: expected an object of extension attributes."],
    ["extensions that are a map", { extensions: new Map([["a", "b"]]) }, "extensions: expected an object of extension attributes."],
    [
      "31 extensions",
      { extensions: Object.fromEntries(Array.from({ length: 31 }, (_, n) => [`e${n}`, n])) },
      "extensions: must be at most 30.",
    ],
    ["extensions of more than 4 KiB", { extensions: { a: "x".repeat(4_096) } }, "extensions: must be at most 4096 bytes as JSON."],
  ])("%s", (_, given, says) => {
    expect(refusal({ ...event, ...given })).toBe(says);
  });

  test("an extension that is not in extensions", () => {
    expect(refusal({ ...event, traceparent: "00" })).toMatch(/^unknown field "traceparent" \(allowed: .*extensions/);
    expect(refusal({ ...event, data: 0, extension: {} })).toMatch(/^unknown field "extension"; did you mean "extensions"\?/);
  });
});

/** As an adapter hands them to emit(): names as these producers' documents have them. */
describe("events of real producers are carried", () => {
  test.each<[producer: string, event: EmitInput]>([
    ["GitHub, push", { type: "com.github.push", source: "https://github.com/octo/hello", subject: "refs/heads/main" }],
    ["GitHub, pull request", { type: "github.pull_request.opened", subject: "octo/hello#1" }],
    ["GitHub, ping", { type: "github.ping" }],
    ["Stripe", { type: "invoice.payment_succeeded", source: "acct_1", key: "evt_1" }],
    ["Stripe, of version 2", { type: "v1.billing.meter.error_report_triggered" }],
    ["Shopify, GraphQL's names", { type: "ORDERS_CREATE" }],
    ["Slack", { type: "event_callback" }],
    [
      "Knative, API server",
      { type: "dev.knative.apiserver.resource.add", source: "https://10.96.0.1:443", subject: "/apis/v1/namespaces/default/events/x" },
    ],
    ["Knative, ping", { type: "dev.knative.sources.ping", source: "/apis/v1/namespaces/default/pingsources/x" }],
    [
      "Google Pub/Sub",
      {
        type: "google.cloud.pubsub.topic.v1.messagePublished",
        source: "//pubsub.googleapis.com/projects/p/topics/t",
        time: "2020-08-20T20:54:29.138Z",
      },
    ],
    ["Azure Event Grid", { type: "Microsoft.Storage.BlobCreated", subject: "/blobServices/default/containers/c/blobs/new file.txt" }],
    ["GitLab, by an adapter", { type: "gitlab.push" }],
    ["CDEvents", { type: "dev.cdevents.pipelinerun.started.0.2.0", source: "/dev/cdevents", subject: "pipeline 1" }],
    ["PayPal", { type: "PAYMENT.CAPTURE.COMPLETED", time: "2026-03-22T12:00:00.5-08:00" }],
    ["Cloudflare's event subscriptions", { type: "cf.r2.bucket.created" }],
    ["Twilio", { type: "com.twilio.messaging.message.delivered", time: "2026-11-21T10:00:00Z" }],
    ["DocuSign", { type: "envelope-completed" }],
    ["EventBridge, S3", { type: "Object Created", source: "aws.s3" }],
    ["EventBridge, ECR", { type: "ECR Image Action" }],
    ["EventBridge, CodeBuild", { type: "CodeBuild Build State Change" }],
    ["EventBridge, Auto Scaling", { type: "EC2 Instance Launch Successful" }],
    ["EventBridge, ECS", { type: "ECS Task State Change" }],
    [
      "S3, by the specification's adapter",
      { type: "com.amazonaws.s3.ObjectCreated:Put", source: "aws:s3.us-east-1.bucket", subject: "a/b c.txt" },
    ],
    ["S3 and R2, a key of 1,024 bytes", { type: "com.amazonaws.s3.ObjectCreated:Copy", subject: `${"日".repeat(341)}x` }],
    ["Shopify, orders", { type: "orders/create" }],
    ["Shopify, apps", { type: "app/uninstalled" }],
    ["Zendesk", { type: "zen:event-type:user.active_changed", subject: "zen:user:1" }],
    ["Jira", { type: "jira:issue_updated" }],
    ["Bitbucket", { type: "repo:push" }],
    ["GitLab, its own names", { type: "Push Hook" }],
    ["Salesforce", { type: "/event/Order_Event__e" }],
    ["FHIR", { type: "http://hl7.org/SubscriptionTopic/admission|1.0.0" }],
    ["Stripe, the time by an adapter", { type: "charge.failed", time: new Date(1_680_064_028 * 1_000) }],
    ["Slack, the time by an adapter", { type: "event_callback.app_mention", time: new Date(1_515_449_522 * 1_000) }],
    ["Slack, a sample without a type of its own", { type: ".app_mention" }],
  ])("%s", (_, given) => {
    const { key: __, time, ...attributes } = given;
    expect(carried({ source: "s", ...given })).toMatchObject({
      ...attributes,
      ...(time != null && { time: new Date(time).toISOString() }),
    });
  });
});
