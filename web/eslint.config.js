import js from "@eslint/js";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import globals from "globals";
import tseslint from "typescript-eslint";

/**
 * Imports point one way: app → features → words → state → api. State is what the service said; words are what a person
 * reads of it, so features may take from both, and components, which know nothing of the product, from neither: they are
 * given finished words.
 */
const layer = (files, forbidden, message) => ({
  files,
  ignores: ["src/**/*.test.{ts,tsx}"],
  rules: { "no-restricted-imports": ["error", { patterns: [{ regex: forbidden, message }] }] },
});
const layers = [
  layer(
    ["src/text/**"],
    "^(\\.\\./)+(api|state|words|features|components|app|testing)/",
    "text knows only strings",
  ),
  layer(
    ["src/api/**"],
    "^(\\.\\./)+(state|words|features|components|app|testing)/",
    "api is the innermost layer",
  ),
  layer(
    ["src/state/**"],
    "^(\\.\\./)+(words|features|components|app|testing)/",
    "state knows only api, and nothing of how it is said",
  ),
  layer(
    ["src/words/**"],
    "^(\\.\\./)+(features|components|app|testing)/",
    "words know what there is to say, and nothing of where it is shown",
  ),
  layer(
    ["src/components/**"],
    "^(\\.\\./)+(api|state|words|features|app|testing)/",
    "components know nothing of the product",
  ),
  layer(
    ["src/features/**"],
    "^\\.\\./(?!\\.\\.)|^(\\.\\./)+(features|app|testing)/",
    "a feature imports no other feature, and nothing from above it",
  ),
  layer(
    ["src/testing/**"],
    "^(\\.\\./)+(features|components|app)/",
    "the fake service stands beside the real one",
  ),
];

/** People read these files' words: what only the protocol calls so has a name of theirs. */
const ONLY_OF_THE_PROTOCOL =
  "(peers?|paths?|internal service|cids?|sessions?|envelopes?|ratchets?|re-?key\\w*|prekeys?|bundles?|epochs?|deposit\\w*|fence\\w*|payloads?|frames?|" +
  "sockets?|websockets?|endpoints?|handshakes?|ciphertext|plaintext|ILM|orphan\\w*|deregister\\w*|batch\\w*|registration(?! Sent)|registered)";
/** After another word: a string that begins with one is a key or a code, unless it begins as a sentence does. */
const SAID = `/[a-z,.;:] ${ONLY_OF_THE_PROTOCOL}\\b/i`;
const BEGINS = "/^\\s*(Peers?|Paths?|Endpoints?|Internal service)\\b/";
const plainWords = [
  `Literal[value=${SAID}]`,
  `TemplateElement[value.cooked=${SAID}]`,
  `JSXText[value=${SAID}]`,
  ...["Literal[value", "TemplateElement[value.cooked", "JSXText[value"].map((words) => `${words}=${BEGINS}]`),
].map((selector) => ({ selector, message: "A word of the protocol: say it in the words of people" }));

/** What formats or segments takes a browser longer to make than a message to draw. */
const MADE_ONCE = {
  selector: ":function NewExpression[callee.object.name='Intl']",
  message: "Make it once, outside of functions; what depends on the time zone belongs to words/times.ts",
};

/** Without a boundary one file that does not come takes the whole page with it. */
const LOADED_LATER = {
  selector: "ImportSpecifier[imported.name='lazy'], MemberExpression[property.name='lazy']",
  message:
    "What is loaded on demand is a Later (components/Later.tsx): it says what did not come, and asks again",
};

/** What is disabled loses the focus, and a screen reader hears nothing of what it waits for. */
const BUSY_KEEPS_FOCUS = {
  selector:
    "JSXAttribute[name.name='disabled'] :matches(Identifier[name=/busy|running|pending|saving|sending|loading|under.?way/i], Literal[value='running'])",
  message: "What waits for an answer is `busy`, not disabled: it keeps the focus, and says so",
};

export default tseslint.config(
  { ignores: ["dist", "coverage", "node_modules"] },
  js.configs.recommended,
  {
    files: ["src/**/*.{ts,tsx}"],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      globals: globals.browser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
  },
  {
    files: ["src/**/*.tsx"],
    ...jsxA11y.flatConfigs.strict,
  },
  {
    files: ["src/**/*.{ts,tsx}"],
    ignores: ["src/**/*.test.{ts,tsx}", "src/api/**", "src/testing/**", "src/app/gallery/**"],
    rules: { "no-restricted-syntax": ["error", MADE_ONCE, LOADED_LATER, ...plainWords] },
  },
  {
    files: ["src/**/*.tsx"],
    ignores: ["src/**/*.test.tsx", "src/app/gallery/**"],
    rules: {
      "no-restricted-syntax": [
        "error",
        MADE_ONCE,
        LOADED_LATER,
        BUSY_KEEPS_FOCUS,
        ...plainWords,
        // The box that cuts a line decides at which end: around an isolated name it would cut its first word.
        {
          selector:
            "JSXElement[openingElement.name.name=/^(span|h1|h2|h3)$/]:has(> JSXOpeningElement > JSXAttribute[name.name='className'] Literal[value=/\\btruncate\\b/]) > JSXElement[openingElement.name.name='bdi']",
          message: "A name that may be cut is a CutText",
        },
        {
          selector:
            "JSXOpeningElement[name.name=/^(input|textarea)$/]:not(:has(> JSXAttribute[name.name='autoComplete'])):not(:has(> JSXAttribute[name.name='type'][value.value=/^(radio|checkbox|range|file)$/]))",
          message:
            "Say what the browser may keep of it (autoComplete): else it writes what stands there to its disk, in the clear",
        },
      ],
    },
  },
  reactHooks.configs.flat["recommended-latest"],
  ...layers,
  {
    // A test that finds nothing fails in the next line anyway.
    files: ["src/**/*.test.{ts,tsx}"],
    rules: { "@typescript-eslint/non-nullable-type-assertion-style": "off" },
  },
  { files: ["public/**"], languageOptions: { globals: { ...globals.browser, ...globals.serviceworker } } },
  {
    files: ["*.config.{js,ts}", "scripts/**/*.ts"],
    extends: [...tseslint.configs.strict],
    languageOptions: { globals: globals.node },
  },
);
