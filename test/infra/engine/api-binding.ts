import type { RawBinding } from "../../../tools/live/raw-binding.ts";

/**
 * A binding with names as Pulumi writes them. The provider's own type is one bag of all properties of all kinds, each of them optional; in
 * this union a kind has what it needs and nothing else.
 */
export type ApiBinding = CamelCased<RawBinding>;

type CamelCased<T> = T extends readonly (infer Item)[]
  ? CamelCased<Item>[]
  : T extends object
    ? { [Name in keyof T as Camel<Name>]: CamelCased<T[Name]> }
    : T;

type Camel<Name> = Name extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : Name & string;
