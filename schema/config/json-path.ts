import { FunctionExpressionType, JSONPathEnvironment, JSONPathNode, JSONPathNodeList, JSONPathQuery, jsonpath, type Token } from "json-p3";
import { Fault } from "../faults.ts";
import type { Json } from "../json.ts";
import { compilePathPattern, PATTERN_FUNCTIONS, type PatternFunction } from "./path-pattern.ts";

/**
 * A compiled path: the values it selects in a document, in document order, one after the other as they are asked for. Throws
 * `condition.too_costly` once that has taken more work than a path may.
 */
export type Select = (document: Json) => Iterable<Json>;

/**
 * RFC 9535 JSONPath. `match()` and `search()` run on RE2, so that no pattern, not even one taken from an event, can stall the hub. Nodes are
 * found lazily: gathering those of one step in a list fails from some 120,000 on, and an event of 1 MiB holds 500,000 (tried).
 */
export function compilePath(path: string): Select {
  const environment = new MeteredEnvironment(path);
  const query = environment.compile(path);
  return (document) => {
    environment.work = 0;
    return valuesOf(query.lazyQuery(document as Parameters<typeof query.lazyQuery>[0]));
  };
}

function* valuesOf(nodes: Iterable<JSONPathNode>): Generator<Json> {
  for (const { value } of nodes) yield value as Json;
}

/**
 * Work that a path may take on one event, in nodes that are looked at: the widest event has 500,000, and a million take half a second to a
 * second (measured). What takes more is a path that descends within a descent, or asks the whole event for each of its nodes.
 */
const MAX_WORK = 5_000_000;

/** Compiling the largest pattern that a path may have takes some milliseconds: as long as so many nodes. */
const COMPILE_WORK = 5_000;
/** Characters that a pattern of one instruction passes in the time a node takes: some 50 (pattern.ts). It is not known how many it has. */
const CHARACTERS_A_NODE = 5;
/** Characters that are compared, or counted, in the time a node takes: at least so many. */
const READ_A_NODE = 100;

/** Counts the work of one path. */
class MeteredEnvironment extends JSONPathEnvironment {
  work = 0;
  readonly #path: string;

  constructor(path: string) {
    super();
    this.#path = path;
    this.functionRegister.set("length", new LengthInCharacters(this));
    for (const name of PATTERN_FUNCTIONS) this.functionRegister.set(name, patternFunction(this, name));
  }

  spend(work: number): void {
    this.work += work;
    if (this.work > MAX_WORK) {
      const text = `The path ${this.#path} of a condition takes more work on this event than a path may; make the path simpler, or the event smaller.`;
      throw new Fault("condition.too_costly", text);
    }
  }

  override entries(object: Parameters<JSONPathEnvironment["entries"]>[0]): ReturnType<JSONPathEnvironment["entries"]> {
    const entries = super.entries(object);
    this.spend(entries.length);
    return entries;
  }
}

/** Counts text in characters, as RFC 9535 (section 2.4.4) does, and not in halves of surrogate pairs. */
class LengthInCharacters extends jsonpath.functions.Length {
  readonly #environment: MeteredEnvironment;

  constructor(environment: MeteredEnvironment) {
    super();
    this.#environment = environment;
  }

  override call(value: unknown): ReturnType<jsonpath.functions.Length["call"]> {
    if (typeof value !== "string") return super.call(value);
    this.#environment.spend(value.length / READ_A_NODE);
    let count = 0;
    for (const _ of value) count += 1;
    return count;
  }
}

/*
 * What json-p3 2.3 does that a path over any event cannot afford is done otherwise here. The classes are the library's and shared; this changes
 * how they get there and what is counted, not what they select.
 */

const { FilterSelector, SliceSelector, WildcardSelector } = jsonpath.selectors;

/** Segments resolve selectors eagerly, also where they are resolved lazily themselves. */
for (const Selector of Object.values(jsonpath.selectors)) {
  const looksAtAll = Selector === FilterSelector || Selector === WildcardSelector;
  Selector.prototype.resolve = function (node) {
    const { environment } = this;
    const nodes: Iterable<JSONPathNode> = this.lazyResolve(node);
    const metered = environment instanceof MeteredEnvironment;
    if (metered) environment.spend(looksAtAll && Array.isArray(node.value) ? 1 + node.value.length : 1);
    return (metered && Selector === SliceSelector ? counted(nodes, environment) : nodes) as JSONPathNode[];
  };
}

function* counted(nodes: Iterable<JSONPathNode>, environment: MeteredEnvironment): Generator<JSONPathNode> {
  for (const node of nodes) {
    environment.spend(1);
    yield node;
  }
}

/** Each node is told its location, a list as long as it is deep, which nobody asks for. */
class NoLocation extends Array<string | number> {
  override concat(): this {
    return this;
  }
}

const NOWHERE = new NoLocation();

JSONPathQuery.prototype.lazyQuery = function (value) {
  const root = [new JSONPathNode(value, NOWHERE, value)][Symbol.iterator]();
  return this.segments.reduce((nodes: IterableIterator<JSONPathNode>, segment) => segment.lazyResolve(nodes), root);
};

/** A descent passes each node on through as many generators as it is deep. */
const [descent] = new JSONPathEnvironment().compile("$..*").segments;
Object.assign(Object.getPrototypeOf(descent), {
  *visit(top: JSONPathNode) {
    const levels = [[top].values()];
    for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
      const { value: node, done } = level.next();
      if (done === true) levels.pop();
      else {
        yield node;
        levels.push(childrenOf(node));
      }
    }
  },
});

function* childrenOf({ value, root }: JSONPathNode): ArrayIterator<JSONPathNode> {
  if (typeof value !== "object" || value === null) return;
  for (const child of Array.isArray(value) ? value : Object.values(value)) yield new JSONPathNode(child, NOWHERE, root);
}

/*
 * And what it does otherwise than RFC 9535. It refuses the numbers `0.5` and `0e1`, and escapes of control characters; and it orders text by
 * the halves of surrogate pairs.
 */

const { compare, InfixExpression, NumberLiteral } = jsonpath.expressions;
const parserPrototype = Object.getPrototypeOf(new JSONPathEnvironment()["parser"]);
const { parseNumber } = parserPrototype;

Object.assign(parserPrototype, {
  parseNumber(stream: { readonly current: Token }) {
    const { current } = stream;
    const isSmall = /^0(\.\d+)?(e[-+]?\d+)?$/i.test(current.value);
    return isSmall ? new NumberLiteral(current, Number(current.value)) : parseNumber.call(this, stream);
  },
  stringFromCodePoint: (codePoint: number) => String.fromCodePoint(codePoint),
});

const ORDERS: readonly string[] = ["<", "<=", ">", ">="];
const { evaluate } = InfixExpression.prototype;
InfixExpression.prototype.evaluate = function (context) {
  if (!ORDERS.includes(this.operator)) return evaluate.call(this, context);
  const left = valueOrNodes(this.left.evaluate(context));
  const right = valueOrNodes(this.right.evaluate(context));
  if (typeof left !== "string" || typeof right !== "string") return compare(left, this.operator, right);
  const at = firstDifference(left, right);
  if (context.environment instanceof MeteredEnvironment) context.environment.spend(at / READ_A_NODE);
  return compare(left.codePointAt(at) ?? -1, this.operator, right.codePointAt(at) ?? -1);
};

function firstDifference(left: string, right: string): number {
  let at = 0;
  while (at < left.length && left.charCodeAt(at) === right.charCodeAt(at)) at += 1;
  return at;
}

function valueOrNodes(side: unknown): unknown {
  return side instanceof JSONPathNodeList && side.length === 1 ? side.nodes[0]?.value : side;
}

function patternFunction(environment: MeteredEnvironment, name: PatternFunction) {
  const matcherOf = latestOf(name, environment);
  return {
    argTypes: [FunctionExpressionType.ValueType, FunctionExpressionType.ValueType],
    returnType: FunctionExpressionType.LogicalType,
    call(text: unknown, pattern: unknown): boolean {
      if (typeof text !== "string" || typeof pattern !== "string") return false;
      environment.spend(Math.ceil(text.length / CHARACTERS_A_NODE));
      return matcherOf(pattern)(text);
    },
  };
}

/** Compiles a pattern, and remembers the latest: one that stands in the path is the same for every node. */
function latestOf(name: PatternFunction, environment: MeteredEnvironment) {
  let latest: { readonly pattern: string; readonly matches: (text: string) => boolean } | undefined;
  return (pattern: string) => {
    if (latest?.pattern === pattern) return latest.matches;
    environment.spend(COMPILE_WORK);
    try {
      latest = { pattern, matches: compilePathPattern(name, pattern) };
    } catch {
      // RFC 9535 section 2.4.6: a pattern that is not valid makes the result LogicalFalse.
      latest = { pattern, matches: () => false };
    }
    return latest.matches;
  };
}
