// A real OpenID Connect provider on the loopback, for tests: `node oidc-provider.mjs PORT MODULES
// REDIRECT`. Anyone signs in as the name they type; nothing is kept.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [port, modules, redirect] = process.argv.slice(2);
const found = createRequire(`${modules}/`).resolve("oidc-provider");
const { Provider } = await import(pathToFileURL(found));
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: "desk",
    client_secret: "a secret: with / odd + signs",
    redirect_uris: [redirect],
    response_types: ["code"],
    grant_types: ["authorization_code"],
  }],
  pkce: { required: () => true },
  claims: { openid: ["sub"], email: ["email", "email_verified"] },
  // Else the mail address would have to be asked for separately.
  conformIdTokenClaims: false,
  features: { devInteractions: { enabled: true } },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: `${id}@harbour.example`, email_verified: id !== "unverified" }),
  }),
});
const server = provider.listen(Number(port), "127.0.0.1", () => console.log("up"));
// Whoever started it is gone: so is this.
process.stdin.on("end", () => server.close(() => process.exit())).resume();
