/**
 * From the few colours an author gives to all that the page needs, readable in any case: what would miss the contrast that
 * WCAG 2.2 asks for (4.5 to 1 for text, 3 to 1 for controls) is moved towards black or white until it does not.
 */
import type { ColourName, Colours, Theme } from "./client";

/** The page's scheme of colours. */
export type Scheme = "light" | "dark";

/** Red, green and blue, 0 to 255. */
type Rgb = readonly [number, number, number];

const TEXT_CONTRAST = 4.5;
/** Enough to stay over 4.5 on a ground that is tinted, as a button's is under the pointer. */
const TINTED_CONTRAST = 5.5;
const CONTROL_CONTRAST = 3;
const BLACK: Rgb = [0, 0, 0];
const WHITE: Rgb = [255, 255, 255];

const DEFAULTS: Record<Scheme, Record<ColourName, string>> = {
  light: { primary: "#0f6e66", background: "#f6f5f2", surface: "#ffffff", text: "#1b2124" },
  dark: { primary: "#0f6e66", background: "#101314", surface: "#1b2022", text: "#e9edee" },
};

/** What failed and what to look out for: no matter of the author's taste. */
const SIGNALS: Record<Scheme, { readonly danger: string; readonly caution: string }> = {
  light: { danger: "#b3261e", caution: "#8a5a00" },
  dark: { danger: "#ff9a90", caution: "#f2c260" },
};

/** The CSS custom properties of a theme in a scheme, by name. */
export function customProperties(theme: Theme, scheme: Scheme): Record<string, string> {
  const chosen = chosenColours(theme, scheme);
  const primary = parse(chosen.primary);
  const background = parse(chosen.background);
  const surface = grounded(parse(chosen.surface), background);
  const onBoth = (colour: Rgb, enough: number) => readable(readable(colour, surface, enough), background, enough);
  const text = onBoth(parse(chosen.text), TEXT_CONTRAST);
  return {
    "--primary": css(primary),
    "--on-primary": css(contrast(WHITE, primary) >= TEXT_CONTRAST ? WHITE : BLACK),
    "--background": css(background),
    "--surface": css(surface),
    "--text": css(text),
    "--accent": css(onBoth(primary, TINTED_CONTRAST)),
    "--muted": css(onBoth(mix(text, background, 0.4), TINTED_CONTRAST)),
    "--danger": css(onBoth(parse(SIGNALS[scheme].danger), TINTED_CONTRAST)),
    "--caution": css(onBoth(parse(SIGNALS[scheme].caution), TINTED_CONTRAST)),
    "--control": css(onBoth(mix(text, background, 0.55), CONTROL_CONTRAST)),
  };
}

/** The contrast of two colours, 1 to 21 (WCAG 2.2, "contrast ratio"). */
export function contrastOf(one: string, other: string): number {
  return contrast(parse(one), parse(other));
}

/** In the dark scheme only the brand's colour is taken over from the light one: light grounds would not be dark. */
function chosenColours({ colours, dark }: Theme, scheme: Scheme): Record<ColourName, string> {
  const brand: Colours = colours.primary === undefined ? {} : { primary: colours.primary };
  return { ...DEFAULTS[scheme], ...(scheme === "light" ? colours : { ...brand, ...dark }) };
}

/** The surface, unless text readable on the background would not be readable on it: then the background. */
function grounded(surface: Rgb, background: Rgb): Rgb {
  return further(surface) === further(background) ? surface : background;
}

/** `colour`, moved away from `ground` by as little as brings `enough` contrast. */
function readable(colour: Rgb, ground: Rgb, enough: number): Rgb {
  const aim = further(ground);
  for (let step = 0; step < 20; step++) {
    const moved = mix(colour, aim, step / 20);
    if (contrast(moved, ground) >= enough) return moved;
  }
  return aim;
}

/** Black or white, whichever stands out more from `ground`; one of the two always reaches 4.5. */
function further(ground: Rgb): Rgb {
  return contrast(WHITE, ground) >= contrast(BLACK, ground) ? WHITE : BLACK;
}

function contrast(one: Rgb, other: Rgb): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return ((high ?? 0) + 0.05) / ((low ?? 0) + 0.05);
}

/** Relative luminance (WCAG 2.2). */
function luminance([red, green, blue]: Rgb): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

function linear(channel: number): number {
  const share = channel / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const channel = (index: 0 | 1 | 2) => Math.round(from[index] + (to[index] - from[index]) * share);
  return [channel(0), channel(1), channel(2)];
}

/** `#rgb` or `#rrggbb`, which client.ts has checked. */
function parse(colour: string): Rgb {
  const digits = colour.slice(1);
  const six = digits.length === 3 ? digits.replace(/./g, "$&$&") : digits;
  const value = Number.parseInt(six, 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

function css([red, green, blue]: Rgb): string {
  return `#${[red, green, blue].map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
}
