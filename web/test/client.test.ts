import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { PLAIN, readClient } from "../src/client";
import { contrastOf, customProperties, type Scheme } from "../src/theme";

describe("client.json", () => {
  test("the theme's name wins over the brain's", () => {
    expect(readClient({ name: "my-first-brain", theme: { name: "Tia Maricota" } }).name).toBe("Tia Maricota");
    expect(readClient({ name: "my-first-brain", theme: null }).name).toBe("my-first-brain");
  });

  test("language, voice and welcome are read", () => {
    const body = { language: "pt_BR", voice: "Camila", welcome: { text: "Olá!", speech: "Olá" } };
    expect(readClient(body)).toMatchObject({ language: "pt-BR", voice: "Camila", welcome: "Olá!" });
    expect(readClient({ language: "%%LANGUAGE%%", welcome: "Hi" })).toMatchObject({ language: "", welcome: "Hi" });
  });

  test("no brain is live while it is null", () => {
    expect(readClient({ brain: null }).live).toBe(false);
    expect(readClient({ brain: { version: "1" } }).live).toBe(true);
    expect(readClient({}).live).toBe(true);
  });

  test.each([null, 3, "x", [], { theme: 3 }, { theme: { colours: "red", logo: {} } }])(
    "%j leaves the defaults",
    (body) => {
      expect(readClient(body)).toEqual(PLAIN);
    },
  );

  test("colours are hexadecimal or dropped", () => {
    const colours = { primary: "#0A5", background: "#abcdef", surface: "red", text: "url(x)", other: "#fff" };
    expect(readClient({ theme: { colours } }).theme.colours).toEqual({ primary: "#0A5", background: "#abcdef" });
    expect(readClient({ theme: { colours: { dark: { primary: "#fff" } } } }).theme.dark).toEqual({ primary: "#fff" });
  });

  test.each([
    ["https://example.com/a.png", true],
    ["images/logo.svg", true],
    ["/images/logo.svg", true],
    ["data:image/png;base64,AAAA", true],
    ["http://example.com/a.png", false],
    ["//example.com/a.png", false],
    ["javascript:alert(1)", false],
    ["data:text/html,x", false],
  ])("the picture %s is shown: %s", (address, shown) => {
    expect(readClient({ theme: { logo: address } }).theme.logo !== "").toBe(shown);
  });
});

describe("a theme", () => {
  // What `sbf check` warns about, and what not.
  const file = new URL("../../crates/brain/fixtures/theme.json", import.meta.url);
  const cases = JSON.parse(readFileSync(file, "utf8")) as [string, unknown, boolean][];

  test.each(cases)("%s: %j is shown: %s", (path, value, shown) => {
    const written = path.split(".").reduceRight((inner, key) => ({ [key]: inner }), value);
    expect(JSON.stringify(readClient({ theme: written })) !== JSON.stringify(PLAIN)).toBe(shown);
  });
});

describe("colours", () => {
  const hex = (value: number) => `#${value.toString(16).padStart(6, "0")}`;
  const grounds = ["#ffffff", "#000000", "#808080", "#ffd400", "#0f6e66", "#7a1f1f"];

  test.each(["light", "dark"] as const)("text can be read whatever an author chooses (%s)", (scheme: Scheme) => {
    for (let primary = 0; primary <= 0xffffff; primary += 0x0a1b2d) {
      for (const background of grounds) {
        for (const surface of grounds) {
          const colours = { primary: hex(primary), background, surface, text: hex(0xffffff - primary) };
          const css = customProperties({ ...PLAIN.theme, colours, dark: colours }, scheme);
          const contrast = (one: string, other: string) => contrastOf(css[one] ?? "", css[other] ?? "");
          for (const text of ["--text", "--muted", "--accent", "--danger", "--caution"]) {
            expect(contrast(text, "--surface")).toBeGreaterThanOrEqual(4.5);
            expect(contrast(text, "--background")).toBeGreaterThanOrEqual(4.5);
          }
          expect(contrast("--on-primary", "--primary")).toBeGreaterThanOrEqual(4.5);
          expect(contrast("--control", "--surface")).toBeGreaterThanOrEqual(3);
        }
      }
    }
  });

  test("contrast is as WCAG defines it", () => {
    expect(contrastOf("#000000", "#ffffff")).toBeCloseTo(21);
    expect(contrastOf("#777", "#fff")).toBeCloseTo(4.48, 2);
  });

  test("readable colours are taken as they are written", () => {
    const colours = { primary: "#7a1f1f", background: "#fffaf0", surface: "#ffffff", text: "#202020" };
    expect(customProperties({ ...PLAIN.theme, colours }, "light")).toMatchObject({
      "--primary": "#7a1f1f",
      "--background": "#fffaf0",
      "--text": "#202020",
      "--accent": "#7a1f1f",
    });
  });

  test("the dark scheme keeps the brand's colour and its own grounds", () => {
    const css = customProperties({ ...PLAIN.theme, colours: { primary: "#7a1f1f", background: "#ffffff" } }, "dark");
    expect(css["--primary"]).toBe("#7a1f1f");
    expect(contrastOf(css["--background"] ?? "", "#000000")).toBeLessThan(1.5);
  });
});

describe("where people sign in", () => {
  test("is told by an issuer and a client", () => {
    const oidc = { issuer: "https://issuer.example/pool", clientId: "page", signInUrl: "https://login.example/" };
    expect(readClient({ oidc }).oidc).toEqual({
      issuer: "https://issuer.example/pool",
      clientId: "page",
      scope: "openid profile email",
      signInUrl: "https://login.example",
    });
    expect(readClient({ oidc: { ...oidc, scope: "openid" } }).oidc?.scope).toBe("openid");
  });

  test.each([null, {}, { issuer: "https://issuer.example" }, { clientId: "page" }, "https://issuer.example"])(
    "is nowhere for %j",
    (oidc) => {
      expect(readClient({ oidc }).oidc).toBeNull();
    },
  );

  test("tokens go nowhere over the open network", () => {
    const at = (issuer: string) => readClient({ oidc: { issuer, clientId: "page" } }).oidc?.issuer;
    expect(at("http://127.0.0.1:4000")).toBe("http://127.0.0.1:4000");
    const leave = (signInUrl: string) =>
      readClient({ oidc: { issuer: "https://issuer.example", clientId: "page", signInUrl } }).oidc?.signInUrl;
    for (const address of [
      "http://issuer.example",
      "http://localhost.example",
      "http://localhost:@issuer.example/",
      "https://user@issuer.example",
      "javascript:1",
      "//issuer.example",
    ]) {
      expect(at(address)).toBeUndefined();
      expect(leave(address)).toBe("");
    }
  });
});
