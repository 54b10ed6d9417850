import { takeCoverage } from "node:v8";
import { afterAll } from "vitest";

// A worker may be killed when its tests are done, and then writes nothing by itself.
afterAll(() => takeCoverage());
