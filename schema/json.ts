/** A JSON value. Members whose value is `undefined` are dropped, as `JSON.stringify` does. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };
