import type { Context } from "hono";
import { raw } from "hono/html";
import type { Child, PropsWithChildren } from "hono/jsx";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import stylesheet from "../style.txt";
import type { ConsoleEnv } from "./visitor.ts";

/** Why somebody is not let in, or may not do what they asked for. */
export interface Refusal {
  readonly status: ContentfulStatusCode;
  readonly title: string;
  /** A sentence. Never holds a token or a secret. */
  readonly reason: string;
  /** What comes below the reason: what to set, or a form. */
  readonly below?: Child;
}

/** A page for who reads pages, one line for everybody else. */
export async function refuse(c: Context<ConsoleEnv>, { status, title, reason, below }: Refusal): Promise<Response> {
  if (!c.req.header("accept")?.includes("text/html")) return c.text(`${title}: ${reason}\n`, status);
  const page = (
    <Page title={title} nonce={c.get("secureHeadersNonce")}>
      <p class="notice" role="alert">
        {reason}
      </p>
      {below}
    </Page>
  );
  return await c.html(page, status);
}

/** Stands alone: it needs nothing that is only served to who is let in. */
export function Page({ title, nonce, children }: PropsWithChildren<{ title: string; nonce: string | undefined }>) {
  return (
    <>
      {raw("<!doctype html>")}
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="robots" content="noindex" />
          <title>{title} · flowhub</title>
          <style nonce={nonce}>{raw(stylesheet)}</style>
        </head>
        <body>
          <main>
            <h1>{title}</h1>
            {children}
          </main>
        </body>
      </html>
    </>
  );
}

/** For who runs the hub: nothing lets anybody in. */
export function HowToOpen() {
  return (
    <>
      <p>To open it, set one of these on the hub's Worker:</p>
      <ul>
        <li>
          <code>HUB_CONSOLE_SECRET</code>, a secret of at least 16 characters to sign in with:{" "}
          <code>npx wrangler secret put HUB_CONSOLE_SECRET</code>. <code>HUB_CONSOLE_READ_SECRET</code> is one for looking only.
        </li>
        <li>
          <code>HUB_CONSOLE</code> for Cloudflare Access:{" "}
          <code>{'{ "access": "cloudflare", "team": "<your team>", "audience": "<AUD tag of the application>" }'}</code>
        </li>
        <li>
          <code>HUB_CONSOLE</code> for <code>wrangler dev</code> on your own machine: a line <code>{'HUB_CONSOLE={"access":"none"}'}</code>{" "}
          in the file <code>.dev.vars</code> beside the hub's wrangler.toml, which is read when it starts. With a route in wrangler.toml,
          start it with <code>--host localhost</code>.
        </li>
      </ul>
    </>
  );
}
