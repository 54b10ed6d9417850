import { defineConfig } from "vitest/config";

/** The tests of what is mutated, and no others: they are pure and take seconds. */
export default defineConfig({
  test: {
    include: ["test/domain/**/*.test.ts", "test/engine/**/*.test.ts"],
    setupFiles: ["test/support/same-seed.ts"],
    testTimeout: 30_000,
  },
});
