/**
 * The world outside of the hub, where all its requests arrive: plays `<team>.cloudflareaccess.com`. A test puts the keys of a team of its own
 * to where Access shows them, and asks there how often they were read. "silence" in the place of keys is answered with that.
 */
const teams = new Map();

export default {
  async fetch(request) {
    const { hostname, pathname } = new URL(request.url);
    if (!hostname.endsWith(".cloudflareaccess.com") || pathname !== "/cdn-cgi/access/certs")
      return new Response("Nobody is here.", { status: 502 });
    if (request.method === "PUT") {
      teams.set(hostname, { keys: await request.text(), reads: 0 });
      return new Response(null, { status: 204 });
    }
    const team = teams.get(hostname);
    if (team === undefined) return new Response("No such team.", { status: 404 });
    if (request.method === "POST") return Response.json(team.reads);
    team.reads++;
    if (team.keys === "silence") await scheduler.wait(60_000);
    return new Response(team.keys, { headers: { "content-type": "application/json" } });
  },
};
