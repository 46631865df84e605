/**
 * Signing in by OpenID Connect: authorization code with PKCE, renewal by refresh token. What is known of the user is kept in the tab's
 * own storage, like the conversation. Loaded only where the bot names an issuer.
 */
import { ErrorResponse, type User, UserManager, WebStorageStateStore } from "oidc-client-ts";

import type { Oidc } from "./client";

/** Somebody whom the issuer vouches for. */
export interface Person {
  readonly subject: string;
  /** What to call them; may be "". */
  readonly name: string;
}

/** A page's dealings with one issuer. */
export interface Session {
  /** Who is signed in; null for nobody. Rejects where the issuer refused, or could not be reached. */
  enter(): Promise<Person | null>;
  /** Leaves the page; resolves only when it is on its way. */
  leaveToSignIn(): Promise<void>;
  /** Forgets the user, and leaves the page where the issuer wants to be told. */
  leaveToSignOut(): Promise<void>;
  /** The token to send; null where there is none, or it is about to end. */
  token(): Promise<string | null>;
  /** A new token; null where the issuer gives none without being asked by the user. Rejects where it could not be reached. */
  renew(): Promise<string | null>;
}

/** Seconds before its end from which on a token is renewed; a tenth of its life where that is less. */
const MARGIN = 60;

/** Seconds after which an issuer that does not answer counts as out of reach. */
const TIMEOUT = 10;

/** A session with an issuer. */
export function openSession(oidc: Oidc): Session {
  const here = new URL("./", document.baseURI).href;
  const manager = new UserManager({
    authority: oidc.issuer,
    client_id: oidc.clientId,
    scope: oidc.scope,
    redirect_uri: here,
    post_logout_redirect_uri: here,
    // A token is renewed when it is needed: a page that lies open for days asks nobody for anything.
    automaticSilentRenew: false,
    monitorSession: false,
    requestTimeoutInSeconds: TIMEOUT,
    userStore: new WebStorageStateStore({ store: sessionStorage }),
    stateStore: new WebStorageStateStore({ store: sessionStorage }),
  });

  async function forget(user: User | null): Promise<void> {
    try {
      if (user?.refresh_token !== undefined) await manager.revokeTokens(["refresh_token"]);
    } catch {
      // Not every issuer takes tokens back; this one ends by itself.
    }
    await manager.removeUser();
  }

  return {
    async enter() {
      const answer = new URLSearchParams(location.search);
      if (!answer.has("state") || !(answer.has("code") || answer.has("error")))
        return personOf(await manager.getUser());
      // Loaded again, the answer would be out of date.
      const asked = location.href;
      history.replaceState(null, "", here);
      return personOf(await manager.signinRedirectCallback(asked));
    },
    leaveToSignIn: () => manager.signinRedirect(),
    async leaveToSignOut() {
      const user = await manager.getUser();
      await forget(user);
      if (oidc.signInUrl !== "") {
        // Cognito's way: https://docs.aws.amazon.com/cognito/latest/developerguide/logout-endpoint.html
        const query = new URLSearchParams({ client_id: oidc.clientId, logout_uri: here });
        location.assign(`${oidc.signInUrl}/logout?${query.toString()}`);
        return;
      }
      try {
        await manager.signoutRedirect(user?.id_token === undefined ? {} : { id_token_hint: user.id_token });
      } catch {
        // An issuer with no end of its session, or out of reach: here it has ended.
      }
    },
    async token() {
      const user = await manager.getUser();
      return user === null || isEnding(user) ? null : (user.id_token ?? null);
    },
    async renew() {
      const user = await manager.getUser();
      // Without a refresh token it would take a frame, which the page's policy forbids.
      if (user?.refresh_token === undefined) return null;
      try {
        const renewed = (await manager.signinSilent())?.id_token ?? null;
        // An issuer may renew the access token alone; the old ID token is of no more use than before (OpenID Connect Core 12.2).
        return renewed === user.id_token ? null : renewed;
      } catch (error) {
        if (error instanceof ErrorResponse) return null;
        throw error;
      }
    },
  };
}

function personOf(user: User | null | undefined): Person | null {
  if (user === null || user === undefined) return null;
  const { sub, given_name, name, nickname, email } = user.profile;
  return { subject: sub, name: [given_name, name, nickname, email].find((it) => it !== undefined && it !== "") ?? "" };
}

/** By the end that was reckoned from the token's life when it came: the issuer's clock is another one than ours. */
function isEnding({ expires_at, profile }: User): boolean {
  const end = expires_at ?? profile.exp;
  return end - Math.min(MARGIN, (profile.exp - profile.iat) / 10) <= Date.now() / 1000;
}
