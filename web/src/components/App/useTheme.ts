import { useLayoutEffect } from "preact/hooks";

import type { Theme } from "../../client";
import { customProperties } from "../../theme";

/** Gives the page the theme's colours, in the scheme that the reader's system asks for, and follows it when it changes. */
export function useTheme(theme: Theme): void {
  useLayoutEffect(() => {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const apply = () => {
      paint(theme, dark.matches ? "dark" : "light");
    };
    apply();
    dark.addEventListener("change", apply);
    return () => {
      dark.removeEventListener("change", apply);
    };
  }, [theme]);
}

function paint(theme: Theme, scheme: "light" | "dark"): void {
  const root = document.documentElement;
  root.dataset.scheme = scheme;
  const properties = customProperties(theme, scheme);
  for (const [name, value] of Object.entries(properties)) root.style.setProperty(name, value);
  document.querySelector("meta[name=theme-color]")?.setAttribute("content", properties["--surface"] ?? "");
}
