import js from "@eslint/js";
import reactHooks from "eslint-plugin-react-hooks";
import globals from "globals";
import tseslint from "typescript-eslint";

/** Modules that are functions over data: they can be read, tested and trusted without a browser. */
const PURE = ["src/protocol.ts", "src/conversation.ts", "src/client.ts", "src/theme.ts", "src/strings/*.ts"];

/** Every name that a browser adds to the language: document, fetch, localStorage, setTimeout, crypto, … URL is but a parser. */
const browserGlobals = Object.keys(globals.browser).filter((name) => name !== "URL");

export default tseslint.config(
  { ignores: ["dist", "test-results"] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ["eslint.config.js"] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "no-console": "error",
    },
  },
  {
    files: ["src/**/*.{ts,tsx}"],
    plugins: { "react-hooks": reactHooks },
    rules: {
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      // Text becomes elements in one place only, sanitise.ts.
      "no-restricted-properties": [
        "error",
        { property: "innerHTML", message: "Only sanitise.ts makes elements from text." },
        { property: "outerHTML", message: "Only sanitise.ts makes elements from text." },
        { property: "insertAdjacentHTML", message: "Only sanitise.ts makes elements from text." },
      ],
      "no-restricted-syntax": [
        "error",
        {
          selector: "JSXAttribute[name.name=/^(dangerouslySetInnerHTML|style)$/]",
          message: "The Content-Security-Policy and sanitise.ts stand against it.",
        },
      ],
    },
  },
  {
    files: PURE,
    rules: {
      "no-restricted-globals": ["error", ...browserGlobals],
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              regex: "^(?!\\./(protocol|conversation|client|theme|strings|names|[a-z]{2})$)",
              message: "A pure module.",
            },
          ],
        },
      ],
      "no-restricted-properties": [
        "error",
        { object: "Math", property: "random", message: "Chance is an argument." },
        { object: "Date", property: "now", message: "Time is an argument." },
      ],
      "no-restricted-syntax": [
        "error",
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: "Time is an argument." },
        { selector: "Identifier[name='globalThis']", message: "A pure module." },
      ],
    },
  },
  {
    files: ["**/*.js", "**/*.mjs"],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: globals.node },
  },
  { files: ["scripts/**"], rules: { "no-console": "off" } },
);
