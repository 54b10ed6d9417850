import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { importing } from "../support/corridor.ts";
import { csvOf } from "../support/csv-files.ts";

const CHROMIUM = "/usr/bin/chromium";
/** Turns off the browser's own requests, so that the test sees only those of the page. */
const QUIET = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const SCRIPT = `<script>document.title = "ran"</script>`;

/** A string, because the page's global types are not those of this program. */
const COLOUR_OF_HEADING = "getComputedStyle(document.querySelector('h1')).color";

/** Returns a script that does what an injected text could try to do. */
function intrusion(url: string): string {
  return `(async () => {
    const script = document.createElement("script");
    script.textContent = "document.title = 'ran'";
    const image = document.createElement("img");
    image.src = "${url}/image";
    const style = document.createElement("style");
    style.textContent = "h1 { color: red }";
    document.body.append(script, image, style);
    document.querySelector("h1").setAttribute("style", "color: red");
    await fetch("${url}/fetched").catch(() => undefined);
  })()`;
}

describe.skipIf(!existsSync(CHROMIUM))(
  `The report in ${CHROMIUM} (skipped where that is not installed)`,
  () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await chromium.launch({ executablePath: CHROMIUM, args: QUIET });
    });
    afterAll(async () => await browser.close());

    /** Opens the report of a run over hostile rows, served over HTTP. */
    async function opened(
      options: { readonly colorScheme?: "dark" | "light"; readonly width?: number } = {},
    ) {
      const simulator = await simulatorFor({
        faults: [{ alias: "bob@old.example", kind: "fail", code: `err_${SCRIPT}`, message: `"'>${SCRIPT}` }],
      });
      const { files } = await importing(
        simulator,
        csvOf([
          ["ann@new.example", "ann@old.example"],
          ["bob@new.example", "bob@old.example"],
          [`"${SCRIPT.replaceAll('"', '""')}"`, "\u202ecarl\u202c@old.example"],
          ["<img src=x onerror=alert(1)>", "שלום@old.example"],
        ]),
      );
      const asked: string[] = [];
      const server = createServer((request, response) => {
        asked.push(request.url ?? "");
        response.end(request.url === "/report.html" ? readFileSync(files.report) : "");
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const address = server.address();
      const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
      const { colorScheme = "light", width = 1_280 } = options;
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
      onTestFinished(async () => {
        await context.close();
        server.closeAllConnections();
        server.close();
      });
      const page = await context.newPage();
      const complaints: string[] = [];
      const requested: string[] = [];
      page.on("console", (message) => complaints.push(message.text()));
      page.on("pageerror", (error) => complaints.push(error.message));
      page.on("dialog", (dialog) => complaints.push(dialog.message()));
      page.on("request", (request) => requested.push(request.url()));
      await page.goto(`${url}/report.html`);
      return { page, url, asked, requested, complaints };
    }

    test("shows the headline, in its title too, runs no script and loads nothing", async () => {
      const { page, url, asked, requested, complaints } = await opened();
      const headline = "Finished, and 3 of 4 rows need a look: 1 failed, 2 invalid.";
      expect(await page.locator("h1").innerText()).toBe(headline);
      expect(await page.title()).toBe(`${headline} · mimecast-bulk`);
      const text = await page.locator("body").innerText();
      expect(text).toContain(`"'>${SCRIPT}`);
      expect(text).toContain("<img src=x onerror=alert(1)>");
      expect(text).not.toMatch(/[\u202a-\u202e]/);
      expect(await page.locator("script, img, iframe, object, link").count()).toBe(0);
      expect(requested).toEqual([`${url}/report.html`]);
      expect(asked).toEqual(["/report.html"]);
      expect(complaints).toEqual([]);
    });

    test("blocks injected scripts, images, styles and requests", async () => {
      const { page, url, asked, complaints } = await opened();
      const title = await page.title();
      const colour = async (): Promise<unknown> => await page.evaluate(COLOUR_OF_HEADING);
      const before = await colour();
      await page.evaluate(intrusion(url));
      expect(await page.title()).toBe(title);
      expect(await colour()).toBe(before);
      expect(asked).toEqual(["/report.html"]);
      expect(complaints.filter((text) => text.includes("Content Security Policy")).length).toBeGreaterThan(3);
    });

    test("follows the reader's colour scheme on screen and is light in print", async () => {
      const brightness = async (colorScheme: "dark" | "light", media: "screen" | "print") => {
        const { page } = await opened({ colorScheme });
        await page.emulateMedia({ media });
        return Number(/\d+/.exec(String(await page.evaluate(COLOUR_OF_HEADING)))?.[0]);
      };
      expect(await brightness("light", "screen")).toBeLessThan(80);
      expect(await brightness("dark", "screen")).toBeGreaterThan(180);
      expect(await brightness("dark", "print")).toBeLessThan(80);
    });

    test.each([320, 390, 768, 1_280])("fits a screen of %i pixels", async (width) => {
      const { page } = await opened({ width });
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
    });
  },
);
