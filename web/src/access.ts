/**
 * Who is at the page: nobody in particular where the bot asks for no sign-in, as in `sbf dev`, else somebody whom an OpenID Connect
 * issuer vouches for. What speaks with the issuer is loaded only where there is one.
 */
import type { Oidc } from "./client";
import type { Session } from "./oidc";
import type { Watchable } from "./store";

/** How things stand with signing in. */
export type AccessState =
  /** Nobody needs to sign in. */
  | { readonly kind: "open" }
  /** It is being found out who is there, or the page is on its way to the issuer. */
  | { readonly kind: "checking" }
  /** The user is being signed out. */
  | { readonly kind: "leaving" }
  /** Nobody is signed in. */
  | { readonly kind: "out" }
  /** Somebody was, and their time ran out: their conversation is still there. */
  | { readonly kind: "ended" }
  /** The issuer did not let anybody in, or could not be reached. */
  | { readonly kind: "failed" }
  | { readonly kind: "in"; readonly subject: string; readonly name: string };

/** Signing in and out, and the token that goes with requests. */
export interface Access extends Watchable<AccessState> {
  /** Finds out who is there, also when the issuer has just sent them back to the page. */
  begin(oidc: Oidc | null): Promise<void>;
  /** Leaves the page for the issuer's sign-in. */
  signIn(): Promise<void>;
  /** Forgets who was there, here and at the issuer. */
  signOut(): Promise<void>;
  /** The token to send, renewed where it is about to end; null where none is needed. Undefined where there is none to be had. */
  token(): Promise<string | null | undefined>;
  /** Another token in place of one that the server refused; undefined where there is none to be had. */
  renewed(): Promise<string | undefined>;
  /** Says that the server refused even the new token. */
  refused(): void;
}

/** Whether requests can be answered. */
export function isAdmitted({ kind }: AccessState): boolean {
  return kind === "open" || kind === "in";
}

/** Access by the session that `open` makes of the bot's settings. */
export function createAccess(open: (oidc: Oidc) => Promise<Session>): Access {
  const listeners = new Set<() => void>();
  let state: AccessState = { kind: "checking" };
  let settings: Oidc | null = null;
  let session: Session | null = null;
  let renewing: Promise<string | undefined> | null = null;

  function set(next: AccessState): void {
    state = next;
    for (const listener of listeners) listener();
  }

  /** The session, opened on the first use: what failed to load or to answer may do so the next time. */
  async function opened(oidc: Oidc): Promise<Session> {
    session ??= await open(oidc);
    return session;
  }

  async function begin(oidc: Oidc | null): Promise<void> {
    settings = oidc;
    if (oidc === null) {
      set({ kind: "open" });
      return;
    }
    try {
      const person = await (await opened(oidc)).enter();
      set(person === null ? { kind: "out" } : { kind: "in", ...person });
    } catch {
      set({ kind: "failed" });
    }
  }

  async function renew(): Promise<string | undefined> {
    const token = (await session?.renew()) ?? undefined;
    if (token === undefined) set({ kind: "ended" });
    return token;
  }

  /** Several requests that find the token at its end renew it once. */
  async function renewed(): Promise<string | undefined> {
    renewing ??= renew().finally(() => {
      renewing = null;
    });
    return renewing;
  }

  return {
    get: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    begin,
    async signIn() {
      if (settings === null) return;
      set({ kind: "checking" });
      try {
        await (await opened(settings)).leaveToSignIn();
        set({ kind: "out" }); // Somebody came back without having signed in.
      } catch {
        set({ kind: "failed" });
      }
    },
    async signOut() {
      set({ kind: "leaving" });
      try {
        await session?.leaveToSignOut();
      } finally {
        set({ kind: "out" });
      }
    },
    async token() {
      if (state.kind === "open") return null;
      if (state.kind !== "in") return undefined;
      return (await session?.token()) ?? (await renewed());
    },
    renewed,
    refused() {
      if (state.kind === "in") set({ kind: "ended" });
    },
  };
}
