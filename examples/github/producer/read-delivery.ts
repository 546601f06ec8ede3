import type { EmitInput, Json } from "flowhub";

/** A webhook delivery as an event, or what is wrong with the request and the HTTP status that says so. */
export type ReadDelivery = { readonly event: EmitInput } | { readonly status: number; readonly problem: string };

type JsonObject = { readonly [name: string]: Json | undefined };

/** Reads a request as GitHub sends it: two headers that name it, and a JSON object. */
export async function readDelivery(request: Request): Promise<ReadDelivery> {
  if (request.method !== "POST") return { status: 405, problem: `Deliveries are sent with POST, not ${request.method}.` };
  const name = request.headers.get("X-GitHub-Event");
  if (name === null) return { status: 400, problem: "The header X-GitHub-Event is missing." };
  const key = request.headers.get("X-GitHub-Delivery");
  if (key === null) return { status: 400, problem: "The header X-GitHub-Delivery is missing." };
  const data = parseJson(await request.text());
  if (data === undefined) return { status: 400, problem: "The body is not JSON: set the webhook's content type to application/json." };
  if (!isObject(data)) return { status: 400, problem: "The body is not a JSON object." };
  return { event: { type: typeOf(name, data), key, subject: subjectOf(data), data } };
}

function typeOf(name: string, { action }: JsonObject): string {
  return typeof action === "string" ? `github.${name}.${action}` : `github.${name}`;
}

function subjectOf({ repository }: JsonObject): string | undefined {
  const name = isObject(repository) ? repository["full_name"] : undefined;
  return typeof name === "string" ? name : undefined;
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    // What matters is said to the sender.
    return undefined;
  }
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
