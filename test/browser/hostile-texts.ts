import type { Json } from "../../schema/json.ts";

/** What somebody may put wherever the hub takes text. Each tries to set `window.pwned`, to leave its place, or to look like something else. */
export const HOSTILE_TEXTS: Readonly<Record<string, string>> = {
  "a script": "<script>window.pwned=1</script>",
  "an attribute's end": `"'><img src=x onerror="window.pwned=1"><b onmouseover='window.pwned=1'`,
  "an element's end": "</textarea></title></style></noscript></script></td></table><svg onload=window.pwned=1>",
  "a script as an address": "javascript:window.pwned=1",
  "an open comment": "--><!-- <![CDATA[ <plaintext>",
  "what looks escaped": "&lt;b&gt; &amp;amp; &#60;b&#62; \\u003cb\\u003e %3Cb%3E",
  "a template": `\${window.pwned=1} {{constructor.constructor("window.pwned=1")()}} <%= 1 %>`,
  "right to left": "שלום עולם 123 مرحبا",
  "direction that is overridden": "\u202Egnp.exe \u2067abc \u202B1",
  "combining characters": "Z\u0351\u0363\u036b\u0332\u0318a\u0351\u0363\u036bl\u0332\u0318go",
  emoji: "👩‍👩‍👧‍👦🏳️‍🌈👍🏿🇩🇪 e\u0301 ﷽",
  "no width": "\u200Bad\u200Dmin\uFEFF\u2060\u00AD",
  "one long word": "W".repeat(500),
  blank: "   ",
  "a name that objects have": "__proto__",
  "line breaks and control characters": "first\nsecond\tthird\u2028fourth \u0001\u001b[31m\u0007\u007f\u0085",
};

/** Data at the limits of what `emit()` takes. */
export const HUGE_DATA: Readonly<Record<string, () => Json>> = {
  "a megabyte of text": () => "<b>".repeat(345_000),
  "as many numbers as fit": () => Array.from({ length: 500_000 }, () => 7),
  "ten thousand members": () => Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`member ${index}`, { index }])),
  "256 levels": () => nested(256),
  "256 levels, two thousand times": () => Array.from({ length: 2_000 }, () => JSON.parse("[".repeat(250) + "]".repeat(250)) as Json),
  "names of fifty thousand characters": () =>
    Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`${index}${"k".repeat(50_000)}`, index])),
  "many long texts": () => Array.from({ length: 500 }, (_, index) => `${index} ${"long ".repeat(400)}`),
};

/** Small data of every kind, and what breaks who builds objects of it. */
export const ODD_DATA: readonly string[] = [
  "null",
  "false",
  "0",
  '""',
  "{}",
  "[]",
  "[[[]]]",
  '{"":{"":""}}',
  "[9007199254740991,-9007199254740991,1.7976931348623157e+308,5e-324,0.1]",
  '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"hasOwnProperty":1,"toString":null,"length":-1}',
  '{"a":1,"A":2,"à":3,"a\\u0300":4}',
];

/** A value within as many lists and objects as there are levels. */
function nested(levels: number): Json {
  let value: Json = [];
  for (let level = 1; level < levels; level++) value = level % 2 === 0 ? [value] : { "a name": value };
  return value;
}
