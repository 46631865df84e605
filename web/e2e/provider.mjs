// An OpenID Connect provider on loopback for the browser tests: oidc-provider with its own pages, whose every login name is somebody.
import { createHash, generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";

import Provider from "oidc-provider";

/** Seconds for which tokens hold: long enough to send a few, short enough to see them renewed. */
export const TOKEN_SECONDS = 10;

/** Starts it for the page at `page`; returns the issuer, its private key, and what ends it. */
export async function startProvider(page) {
  const key = {
    ...generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" }),
    ...{ use: "sig", alg: "RS256" },
  };
  key.kid = createHash("sha256").update(key.n).digest("base64url").slice(0, 16);
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://localhost:${server.address().port}`;
  const provider = new Provider(issuer, configuration(page, key));
  server.on("request", provider.callback());
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  return { issuer, key, stop };
}

function configuration(page, key) {
  return {
    clients: [
      {
        client_id: "page",
        token_endpoint_auth_method: "none",
        grant_types: ["authorization_code", "refresh_token"],
        response_types: ["code"],
        redirect_uris: [page],
        post_logout_redirect_uris: [page],
      },
    ],
    jwks: { keys: [key] },
    // As Cognito does, without a scope for it.
    issueRefreshToken: (_context, client) => client.grantTypeAllowed("refresh_token"),
    clientBasedCORS: () => true,
    // Name and address stand in the ID token, as Cognito puts them there.
    conformIdTokenClaims: false,
    claims: { openid: ["sub"], profile: ["name", "given_name"], email: ["email"] },
    findAccount: (_context, id) => ({ accountId: id, claims: () => claimsOf(id) }),
    ttl: {
      ...{ AccessToken: TOKEN_SECONDS, IdToken: TOKEN_SECONDS, AuthorizationCode: 60 },
      ...{ RefreshToken: 3600, Grant: 3600, Interaction: 600, Session: 3600 },
    },
    features: { devInteractions: { enabled: true }, revocation: { enabled: true } },
    cookies: { keys: ["only for tests"] },
  };
}

function claimsOf(id) {
  const name = id[0].toUpperCase() + id.slice(1);
  return { sub: id, given_name: name, name: `${name} Lima`, email: `${id}@example.org` };
}
