import js from "@eslint/js";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

export default ts.config(
  { ignores: ["dist/", "paraglide/", "domain/bindings.ts"] },
  js.configs.recommended,
  ...ts.configs.strictTypeChecked,
  ...ts.configs.stylisticTypeChecked,
  ...svelte.configs.recommended,
  {
    languageOptions: {
      globals: globals.browser,
      parserOptions: {
        projectService: { allowDefaultProject: ["*.js"] },
        extraFileExtensions: [".svelte"],
      },
    },
    rules: {
      // Svelte's `$effect` and event handlers want expressions that return nothing.
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // Rejections are `AppError`s, as the core sends them; they are data, not `Error`s.
      "@typescript-eslint/only-throw-error": "off",
      "@typescript-eslint/prefer-promise-reject-errors": "off",
      "max-lines": ["error", 500],
    },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
    rules: {
      // Links of a hash router; there is no base path to resolve.
      "svelte/no-navigation-without-resolve": "off",
      // `let { … } = $props()` is Svelte's form, also where nothing is bound.
      "prefer-const": "off",
      // A map that no template reads is better plain.
      "svelte/prefer-svelte-reactivity": "off",
      // ESLint sees a component's props as `any`; svelte-check knows and checks them.
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
    },
  },
  {
    files: ["*.js"],
    ...ts.configs.disableTypeChecked,
  },
);
