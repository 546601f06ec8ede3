import type { Context } from "hono";
import { html } from "hono/html";
import type { Child } from "hono/jsx";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { ConsoleEnv, Visitor } from "../access/visitor.ts";
import { NAVIGATION, PAGES } from "../pages.ts";
import { flashText } from "./flash.ts";

/** Without a script a page is loaded anew, with whatever was being filled in: not before a reason can be written. */
const LEAST_REFRESH_S = 30;

export interface PageProps {
  readonly title: string;
  /** Renews itself this often, in milliseconds; not at all without. */
  readonly renew?: number | undefined;
  readonly status?: ContentfulStatusCode;
  readonly body: Child;
}

/** Answers with a page. It is whole without a script; with one it renews itself in place. */
export function page(context: Context<ConsoleEnv>, { title, renew, status = 200, body }: PageProps) {
  const { visitor } = context.var;
  const head = { title, path: context.req.path, search: context.req.query("q"), ...(renew !== undefined && { renew }) };
  return context.html(
    html`<!doctype html>${<Shell {...head} visitor={visitor} flash={flashText(context.req.query("flash"))} body={body} />}`,
    status,
  );
}

interface ShellProps extends Pick<PageProps, "title" | "renew" | "body"> {
  readonly path: string;
  readonly search: string | undefined;
  readonly visitor: Visitor;
  readonly flash: string | undefined;
}

function Shell({ title, renew, path, search, visitor, flash, body }: ShellProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{title} · flowhub</title>
        <link rel="stylesheet" href="/style.css" />
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
        <script src="/console.js" defer />
        {renew !== undefined && (
          <noscript>
            <meta http-equiv="refresh" content={String(Math.max(LEAST_REFRESH_S, renew / 1_000))} />
          </noscript>
        )}
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to content
        </a>
        <header>
          <a class="name" href={PAGES.overview.path}>
            flowhub
          </a>
          <nav aria-label="Pages">
            {NAVIGATION.map((link) => (
              <a href={link.path} aria-current={isAt(path, link.path) ? "page" : undefined}>
                {link.label}
              </a>
            ))}
          </nav>
          <search>
            <form action="/search">
              <input type="search" name="q" value={search} placeholder="Id, subject, key or text" aria-label="Search" />
            </form>
          </search>
        </header>
        {flash !== undefined && (
          <p class="notice good flash" role="status">
            {flash}
          </p>
        )}
        <main id="main" data-renew={renew} tabindex={-1}>
          {body}
        </main>
        <footer>
          <Signed visitor={visitor} />
        </footer>
      </body>
    </html>
  );
}

function isAt(path: string, page: string): boolean {
  return path === page || (page !== PAGES.overview.path && path.startsWith(`${page}/`));
}

function Signed({ visitor: { name, role, by } }: { visitor: Visitor }) {
  return (
    <>
      <span>
        {by === "none" ? "Local, open to whoever is on this machine" : `Signed in as ${name}`}
        {role === "viewer" && ", to look only"}
      </span>
      {by === "session" && (
        <form method="post" action="/sign-out">
          <button type="submit" class="link">
            Sign out
          </button>
        </form>
      )}
    </>
  );
}
