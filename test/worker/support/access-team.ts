import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from "jose";
import { unique } from "./hub.ts";

/** The AUD tag of the application that the tests protect. */
export const AUDIENCE = "4714c1358e65fe4b408ad6d432a5f878f08194bdb4752441fd56faefa9b2b6f2";

/** A key as Access signs with: what goes into its set, and what signs. */
export interface SigningKey {
  readonly kid: string;
  readonly published: JWK;
  readonly publicKey: CryptoKey;
  readonly privateKey: CryptoKey;
}

export async function newKey(kid = unique("key-")): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair("RS256", { extractable: true });
  return { kid, publicKey, privateKey, published: { ...(await exportJWK(publicKey)), kid, alg: "RS256", use: "sig" } };
}

/** What a token says, right or wrong. */
export type Claims = Readonly<Record<string, unknown>>;

/** A team of Cloudflare Access that no other test uses; its keys are read by a real request. */
export async function newTeam() {
  const team = unique("team-");
  const issuer = `https://${team}.cloudflareaccess.com`;
  const certs = `${issuer}/cdn-cgi/access/certs`;
  const publishText = async (text: string) => {
    const { status } = await fetch(certs, { method: "PUT", body: text });
    if (status !== 204) throw new Error(`the keys were not published: ${status}`);
  };
  const key = await newKey();
  const publish = async (...keys: SigningKey[]) => await publishText(JSON.stringify({ keys: keys.map(({ published }) => published) }));
  await publish(key);
  return {
    team,
    issuer,
    key,
    publish,
    publishText,
    /** How often the keys were read since they were published. */
    reads: async () => await (await fetch(certs, { method: "POST" })).json<number>(),
    /** What Access says of who signed in, signed. `undefined` leaves a claim out. */
    token: async (claims: Claims = {}, signedWith: SigningKey = key) => await signed({ ...claimsOf(issuer), ...claims }, signedWith),
    /** The claims alone, for whoever signs in another way. */
    claims: claimsOf(issuer),
  };
}

function claimsOf(iss: string): JWTPayload {
  const now = Math.floor(Date.now() / 1_000);
  return { type: "app", aud: [AUDIENCE], iss, email: "ada@acme.example", sub: crypto.randomUUID(), iat: now, nbf: now, exp: now + 3_600 };
}

async function signed(claims: Claims, { kid, privateKey }: SigningKey): Promise<string> {
  return await new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid, typ: "JWT" }).sign(privateKey);
}
