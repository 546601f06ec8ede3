import { sign } from "@octokit/webhooks-methods";
import { expect, test } from "vitest";
import { isSigned } from "../../../examples/github/producer/signature.ts";

const BODY = '{"action":"opened"}';
const SECRET = "It's a secret";

function delivery(body: string, signature?: string): Request {
  const headers = signature === undefined ? {} : { "X-Hub-Signature-256": signature };
  return new Request("https://producer.example/", { method: "POST", body, headers });
}

test("a delivery signed with the webhook's secret is taken", async () => {
  expect(await isSigned(delivery(BODY, await sign(SECRET, BODY)), SECRET)).toBe(true);
});

test.each([
  ["no signature", undefined, BODY],
  ["an empty one", "", BODY],
  ["one that is no signature", "sha256=zz", BODY],
  ["one of another body", await sign(SECRET, "{}"), BODY],
  ["one with another secret", await sign("another", BODY), BODY],
  ["one of another algorithm", `sha1=${"0".repeat(40)}`, BODY],
  ["a signature and no body", `sha256=${"0".repeat(64)}`, ""],
])("%s is refused", async (_what, signature, body) => {
  expect(await isSigned(delivery(body, signature), SECRET)).toBe(false);
});

test("without a secret every delivery is taken", async () => {
  expect(await isSigned(delivery(BODY), undefined)).toBe(true);
});
