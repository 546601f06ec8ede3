import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { storableText } from "../../../schema/text.ts";
import { Page, type Refusal, refuse } from "./refusal-page.tsx";
import { pathWithin } from "./same-origin.ts";
import { trySecret } from "./secret.ts";
import { readSession, SESSION_SECONDS, sessionCookie, startSession } from "./session.ts";
import type { Gate } from "./settings.ts";
import type { ConsoleEnv } from "./visitor.ts";

export const SIGN_IN_PATH = "/sign-in";
export const SIGN_OUT_PATH = "/sign-out";

const visitorName = storableText(100);

/** Takes the form: with the secret and a name the browser is let in for 12 hours, and goes where it wanted to. */
export async function signIn(c: Context<ConsoleEnv>, gate: Gate): Promise<Response> {
  const form = new URLSearchParams(new TextDecoder().decode(await c.req.arrayBuffer()));
  const next = pathWithin(new URL(c.req.url).origin, form.get("next") ?? "/");
  const name = visitorName.safeParse((form.get("name") ?? "").trim());
  if (!name.success) return await refuseSignIn(c, { status: 400, reason: "Say who you are, in 1 to 100 characters.", next });
  const secret = { given: form.get("secret") ?? "", headers: c.req.raw.headers, wrong: "That is not the secret." };
  const tried = await trySecret(secret, gate);
  if (!tried.ok) return await refuseSignIn(c, { ...tried, next, name: name.data });
  const cookie = sessionCookie(c.req.url);
  setCookie(c, cookie.name, await startSession(name.data, tried.secret), { ...FOR_THIS_HOST, ...cookie, maxAge: SESSION_SECONDS });
  return c.redirect(next, 303);
}

/** Ends the session, so that its cookie opens nothing whoever has kept it, and has the browser forget it. */
export async function signOut(c: Context<ConsoleEnv>, { secrets, records }: Gate): Promise<Response> {
  const cookie = sessionCookie(c.req.url);
  const session = await readSession(getCookie(c, cookie.name), secrets);
  if (session !== undefined) await records.end(session.id, session.until);
  deleteCookie(c, cookie.name, { ...FOR_THIS_HOST, ...cookie });
  return c.redirect("/", 303);
}

const FOR_THIS_HOST = { httpOnly: true, sameSite: "Strict", path: "/" } as const;

/** A page of its own, for who has come without being refused. */
export async function signInPage(c: Context<ConsoleEnv>): Promise<Response> {
  return await c.html(
    <Page title="Sign in" nonce={c.get("secureHeadersNonce")}>
      <SignInForm next="/" />
    </Page>,
  );
}

interface RefusedSignIn extends Pick<Refusal, "reason"> {
  /** 401 without one; 429 where secrets are looked at again in so many seconds. */
  readonly status?: 400 | undefined;
  readonly retryAfter?: number | undefined;
  /** Where to go after signing in. */
  readonly next: string;
  readonly name?: string;
}

/** The form, and why it is shown. */
export async function refuseSignIn(c: Context<ConsoleEnv>, refused: RefusedSignIn): Promise<Response> {
  const { reason, next, name, retryAfter, status = retryAfter === undefined ? 401 : 429 } = refused;
  c.header("www-authenticate", "Bearer");
  if (retryAfter !== undefined) c.header("retry-after", String(retryAfter));
  const below = (
    <>
      <SignInForm next={next} name={name} />
      {c.req.header("sec-fetch-site") === "cross-site" && (
        <p>
          Signed in already? The browser keeps that to itself when a link on another site brings you here: <a href={next}>go on</a>.
        </p>
      )}
    </>
  );
  return await refuse(c, { status, title: "Sign in", reason, below });
}

function SignInForm({ next, name }: { next: string; name?: string | undefined }) {
  return (
    <form class="panel" method="post" action={SIGN_IN_PATH}>
      <input type="hidden" name="next" value={next} />
      <p>
        <label>
          Your name, which is written down with what you do
          <br />
          <input name="name" required maxlength={100} autocomplete="username" value={name} />
        </label>
      </p>
      <p>
        <label>
          Secret
          <br />
          <input type="password" name="secret" required autocomplete="current-password" />
        </label>
      </p>
      <button type="submit">Sign in</button>
    </form>
  );
}
