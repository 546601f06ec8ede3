import type { Context } from "hono";
import { deleteCookie, setCookie } from "hono/cookie";
import { storableText } from "../../../schema/text.ts";
import { isLocalhost } from "./loopback.ts";
import { Page, type Refusal, refuse } from "./refusal-page.tsx";
import { pathWithin } from "./same-origin.ts";
import { secretGiven } from "./secret.ts";
import { SESSION_COOKIE, SESSION_SECONDS, startSession } from "./session.ts";
import type { Settings } from "./settings.ts";
import type { ConsoleEnv } from "./visitor.ts";

export const SIGN_IN_PATH = "/sign-in";
export const SIGN_OUT_PATH = "/sign-out";

const visitorName = storableText(100);

/** Takes the form: with the secret and a name the browser is let in for 12 hours, and goes where it wanted to. */
export async function signIn(c: Context<ConsoleEnv>, { secrets }: Settings): Promise<Response> {
  const form = new URLSearchParams(new TextDecoder().decode(await c.req.arrayBuffer()));
  const next = pathWithin(new URL(c.req.url).origin, form.get("next") ?? "/");
  const name = visitorName.safeParse((form.get("name") ?? "").trim());
  if (!name.success) return await refuseSignIn(c, { status: 400, reason: "Say who you are, in 1 to 100 characters.", next });
  const secret = await secretGiven(form.get("secret") ?? "", secrets);
  if (secret === undefined) return await refuseSignIn(c, { status: 401, reason: "That is not the secret.", next, name: name.data });
  setCookie(c, SESSION_COOKIE, await startSession(name.data, secret), { ...cookieFor(c), maxAge: SESSION_SECONDS });
  return c.redirect(next, 303);
}

export function signOut(c: Context<ConsoleEnv>): Response {
  deleteCookie(c, SESSION_COOKIE, cookieFor(c));
  return c.redirect("/", 303);
}

/** A page of its own, for who has come without being refused. */
export async function signInPage(c: Context<ConsoleEnv>): Promise<Response> {
  return await c.html(
    <Page title="Sign in" nonce={c.get("secureHeadersNonce")}>
      <SignInForm next="/" />
    </Page>,
  );
}

interface RefusedSignIn extends Pick<Refusal, "status" | "reason"> {
  /** Where to go after signing in. */
  readonly next: string;
  readonly name?: string;
}

/** The form, and why it is shown. */
export async function refuseSignIn(c: Context<ConsoleEnv>, { status, reason, next, name }: RefusedSignIn): Promise<Response> {
  c.header("www-authenticate", "Bearer");
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

/** Over plain HTTP only to the own machine: elsewhere a browser drops the cookie. */
function cookieFor(c: Context<ConsoleEnv>) {
  const secure = new URL(c.req.url).protocol === "https:" || !isLocalhost(c.req.url);
  return { httpOnly: true, sameSite: "Strict", path: "/", secure } as const;
}
