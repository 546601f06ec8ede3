import struct from "google-protobuf/google/protobuf/struct_pb.js";

/** What is only known once the cloud has answered. */
export const UNKNOWN: unique symbol = Symbol("unknown");

/** A value of a resource, as a program would have written it: neither promises nor wrappers. */
export type Value = string | number | boolean | null | typeof UNKNOWN | readonly Value[] | Properties;

export interface Properties {
  readonly [name: string]: Value;
}

/** Values apart from what is secret in them. */
export interface Classified {
  readonly values: Properties;
  /** Paths such as `bindings[0].text`. */
  readonly secrets: readonly string[];
}

/** Pulumi's marks for what JSON cannot say: node_modules/@pulumi/pulumi/runtime/rpc.js. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";
const UNKNOWN_ON_WIRE = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A resource that is passed as a value becomes its urn and id. */
export function fromWire(message: struct.Struct | undefined): Classified {
  const secrets: string[] = [];
  const values = decodeAll(message?.toJavaScript() ?? {}, { path: "", note: (path) => secrets.push(path) });
  return { values, secrets };
}

/** The opposite of `fromWire`. */
export function toWire({ values, secrets }: Classified): struct.Struct {
  return struct.Struct.fromJavaScript(encodeAll(values, { path: "", secrets }));
}

/** Where in the properties a value is, and whom to tell that it is secret. */
interface Found {
  readonly path: string;
  readonly note: (secret: string) => void;
}

function decode(value: unknown, at: Found): Value {
  if (value === UNKNOWN_ON_WIRE) return UNKNOWN;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.map((item, index) => decode(item, { ...at, path: `${at.path}[${index}]` }));
  return isObject(value) ? decodeObject(value, at) : null;
}

function decodeObject(value: Record<string, unknown>, at: Found): Value {
  const { [SIGNATURE]: signature, ...rest } = value;
  switch (signature) {
    case SECRET:
      at.note(at.path);
      return decode(rest["value"], at);
    case OUTPUT:
      if (rest["secret"] === true) at.note(at.path);
      return "value" in rest ? decode(rest["value"], at) : UNKNOWN;
    case RESOURCE:
      return decodeAll(rest, at);
    default:
      return decodeAll(value, at);
  }
}

function decodeAll(values: Record<string, unknown>, at: Found): Properties {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, decode(value, { ...at, path: below(at.path, name) })]));
}

interface Place {
  readonly path: string;
  readonly secrets: readonly string[];
}

function encode(value: Value, at: Place): struct.JavaScriptValue {
  const plain = encodePlain(value, at);
  return at.secrets.includes(at.path) ? { [SIGNATURE]: SECRET, value: plain } : plain;
}

function encodePlain(value: Value, at: Place): struct.JavaScriptValue {
  if (value === UNKNOWN) return UNKNOWN_ON_WIRE;
  if (value === null || typeof value !== "object") return value;
  if (isList(value)) return value.map((item, index) => encode(item, { ...at, path: `${at.path}[${index}]` }));
  return encodeAll(value, at);
}

function encodeAll(values: Properties, at: Place): Record<string, struct.JavaScriptValue> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, encode(value, { ...at, path: below(at.path, name) })]));
}

function below(path: string, name: string): string {
  if (!/^[A-Za-z_$][\w$]*$/.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path === "" ? name : `${path}.${name}`;
}

/** As `Array.isArray`, for lists that must not be changed. */
export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
