/** What `/client.json` tells the page before the first message: functions over data. */
import { isRecord, textOf } from "./protocol";

/** How the bot presents itself. */
export interface Client {
  /** The bot's name; "" where none is given. */
  readonly name: string;
  /** The brain's language, BCP 47; "" where unknown. */
  readonly language: string;
  /** The voice that reads answers aloud; "" for the server's choice. */
  readonly voice: string;
  /** HTML, shown where the bot itself could not be asked for its welcome; "" where none is given. */
  readonly welcome: string;
  /** Whether a brain is there to answer; before the first training there is none, and no name either. */
  readonly live: boolean;
  readonly theme: Theme;
  /** Where people sign in; null where nobody needs to. */
  readonly oidc: Oidc | null;
}

/** An OpenID Connect issuer, and what the page is to it. */
export interface Oidc {
  readonly issuer: string;
  readonly clientId: string;
  /** Scopes, separated by spaces. */
  readonly scope: string;
  /** Cognito's sign-in page, which is told of a sign-out in a way of its own; "" for any other issuer. */
  readonly signInUrl: string;
}

/** configs.json `theme`, as far as it can be shown. */
export interface Theme {
  /** An address, or "" for the page's own sign. */
  readonly logo: string;
  /** An address, or "" for the page's own sign. */
  readonly avatar: string;
  readonly colours: Colours;
  /** Colours for the dark scheme, where the author gives some. */
  readonly dark: Colours;
}

/** The colours that an author may choose, as written: `#rgb` or `#rrggbb`. The page derives all others. */
export type Colours = Readonly<Partial<Record<ColourName, string>>>;

/** `primary`: the user's bubbles, buttons and links; the rest are grounds and the text on them. */
export type ColourName = "primary" | "background" | "surface" | "text";

/** The settings of a bot that tells nothing about itself. */
export const PLAIN: Client = {
  name: "",
  language: "",
  voice: "",
  welcome: "",
  live: true,
  theme: { logo: "", avatar: "", colours: {}, dark: {} },
  oidc: null,
};

/** Reads `/client.json`; whatever is missing or of the wrong type is left at its default. */
export function readClient(body: unknown): Client {
  if (!isRecord(body)) return PLAIN;
  const theme = isRecord(body.theme) ? body.theme : {};
  const colours = isRecord(theme.colours) ? theme.colours : {};
  return {
    name: textOf(theme.name) || textOf(body.name),
    language: readLanguage(body.language),
    voice: textOf(body.voice),
    welcome: readSentence(body.welcome),
    live: body.brain !== null,
    theme: {
      logo: readImage(theme.logo),
      avatar: readImage(theme.avatar),
      colours: readColours(colours),
      dark: readColours(colours.dark),
    },
    oidc: readOidc(body.oidc),
  };
}

function readOidc(written: unknown): Oidc | null {
  if (!isRecord(written)) return null;
  const [issuer, clientId] = [textOf(written.issuer), textOf(written.clientId)];
  if (clientId === "" || !isSafe(issuer)) return null;
  const scope = textOf(written.scope) || "openid profile email";
  const signInUrl = textOf(written.signInUrl).replace(/\/+$/, "");
  return { issuer, clientId, scope, signInUrl: isSafe(signInUrl) ? signInUrl : "" };
}

/** Whether tokens and users may go to an address: over https, or not out of this machine. */
function isSafe(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, username, password } = new URL(address);
  if (username !== "" || password !== "") return false;
  return protocol === "https:" || (protocol === "http:" && ["localhost", "127.0.0.1", "[::1]"].includes(hostname));
}

const NAMES: readonly ColourName[] = ["primary", "background", "surface", "text"];

function readColours(written: unknown): Colours {
  if (!isRecord(written)) return {};
  const found: Partial<Record<ColourName, string>> = {};
  for (const name of NAMES) {
    const colour = textOf(written[name]);
    if (/^#([\da-f]{3}|[\da-f]{6})$/i.test(colour)) found[name] = colour;
  }
  return found;
}

/** A picture's address: https, an image in a data URL, or a path on the page's own host. Anything else is dropped. */
function readImage(value: unknown): string {
  const address = textOf(value);
  if (/^(https:\/\/|data:image\/(png|jpeg|gif|webp|svg\+xml)[;,])/i.test(address)) return address;
  return /^(?!\/\/)[\w./%-]+$/.test(address) ? address : "";
}

function readLanguage(value: unknown): string {
  const tag = textOf(value).replace("_", "-");
  return /^[a-z]{2,3}(-[a-z\d]{2,8})*$/i.test(tag) ? tag : "";
}

/** A sentence is written as a string or as `{text, speech}`. */
function readSentence(value: unknown): string {
  return textOf(isRecord(value) ? value.text : value);
}
