import { fileURLToPath } from "node:url";
import { defineConfig, mergeConfig } from "vitest/config";
import { RAW_FOLDER } from "./test/coverage/folders.ts";
import common from "./vitest.config.ts";

// Every process that is started from here on writes down what it ran, where it doesn't start with an environment
// of its own.
process.env["NODE_V8_COVERAGE"] = RAW_FOLDER;

/**
 * The suite, run so that all processes write down what they run of the built program. Tests import the built modules in
 * place of the sources, so that there is one program to be counted, whoever runs it.
 */
export default mergeConfig(
  common,
  defineConfig({
    resolve: {
      alias: [
        {
          find: /^(?:\.\.\/)+src\/(.+)\.ts$/,
          replacement: fileURLToPath(new URL("dist/$1.js", import.meta.url)),
        },
      ],
    },
    test: {
      exclude: ["test/chaos/**"],
      globalSetup: "test/coverage/gates.ts",
      setupFiles: "test/coverage/write-down.ts",
      server: { deps: { external: [/\/dist\/.+\.js$/] } },
    },
  }),
);
