/** The page's requests. Addresses are relative to the page, so that it works in any folder of a host. */
import type { Access } from "./access";
import { type Client, readClient } from "./client";
import type { Failure, FailureKind } from "./conversation";
import {
  type CoreRequest,
  readFault,
  readReply,
  readRetryAfter,
  readSound,
  type Reply,
  type Sound,
  type SpeechRequest,
} from "./protocol";

/** What the page asks of the server. */
export interface Api {
  /** One turn. Rejects with a `RequestFailed`. */
  send(request: CoreRequest): Promise<Reply>;
  /** How the bot presents itself. Rejects with a `RequestFailed`. */
  client(): Promise<Client>;
  /** Sound for a text, or null where none is to be had; never rejects. */
  speak(request: SpeechRequest): Promise<Sound | null>;
}

/** A request that brought no answer. */
export class RequestFailed extends Error {
  constructor(readonly failure: Failure) {
    super(`the request failed: ${failure.kind}`);
    this.name = "RequestFailed";
  }
}

/** A little more than the 29 seconds after which API Gateway gives up: then nothing can come any more. */
const TURN_TIMEOUT_MS = 35_000;
const OTHER_TIMEOUT_MS = 15_000;

/** The real thing; what is said goes with the token of whoever is signed in. */
export function createApi(access: Access): Api {
  /** POSTs `body`; once more with another token where the first one was refused. */
  async function posted(path: string, timeout: number, body: object): Promise<unknown> {
    const token = await reached(access.token());
    if (token === undefined) throw failed("unauthorised");
    const response = await answered(path, timeout, body, token);
    if (response.status !== 401 || token === null) return contentOf(response);
    const other = await reached(access.renewed());
    if (other === undefined) return contentOf(response);
    const second = await answered(path, timeout, body, other);
    if (second.status === 401) access.refused();
    return contentOf(second);
  }

  return {
    send: async (request) => readReply(await posted("core", TURN_TIMEOUT_MS, request)),
    client: async () => readClient(await contentOf(await answered("client.json", OTHER_TIMEOUT_MS))),
    speak: async (request) => {
      try {
        return readSound(await posted("services/polly", OTHER_TIMEOUT_MS, request));
      } catch {
        return null; // A missing sound never costs the answer.
      }
    },
  };
}

/** What the issuer answers; out of reach, it is no reason to sign in again. */
async function reached<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch {
    throw failed("offline");
  }
}

/** The JSON of a 2xx. */
async function contentOf(response: Response): Promise<unknown> {
  if (!response.ok) {
    const retryAfter = retryAfterOf(response);
    const kind = kindOf(response.status, retryAfter);
    // The page's own sentence says all of it, in the user's language.
    throw failed(kind, kind === "usedUp" ? null : await faultOf(response), retryAfter);
  }
  try {
    return await response.json();
  } catch {
    throw failed("unreadable");
  }
}

/** GETs, or POSTs `body`. */
async function answered(path: string, timeout: number, body?: object, token: string | null = null): Promise<Response> {
  const bearer = token === null ? {} : { authorization: `Bearer ${token}` };
  const headers = { "content-type": "application/json", ...bearer };
  const post = { method: "POST", headers, body: JSON.stringify(body) };
  try {
    return await fetch(path, { ...(body === undefined ? {} : post), signal: AbortSignal.timeout(timeout) });
  } catch (error) {
    throw failed(error instanceof DOMException && error.name === "TimeoutError" ? "timeout" : "offline");
  }
}

/** Seconds from which a 429 is no matter of a moment: the day's quota is used up. */
const LONG = 300;

function kindOf(status: number, retryAfter: number | null): FailureKind {
  if (status === 401 || status === 403) return "unauthorised";
  if (status === 413) return "tooLarge";
  if (status === 429 && (retryAfter ?? 0) > LONG) return "usedUp";
  if (status === 429 || status === 503) return "busy";
  if (status === 504) return "timeout";
  return status >= 500 ? "server" : "refused";
}

async function faultOf(response: Response): Promise<string | null> {
  try {
    return readFault(await response.json());
  } catch {
    return null; // A proxy's page, say.
  }
}

function retryAfterOf(response: Response): number | null {
  return readRetryAfter(response.headers.get("retry-after"), Date.now());
}

function failed(kind: FailureKind, message: string | null = null, retryAfter: number | null = null): RequestFailed {
  return new RequestFailed({ kind, message, retryAfter });
}
