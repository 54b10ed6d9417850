import { fileURLToPath } from "node:url";

/** The program as `npm run build` leaves it. */
export const PROGRAM_FOLDER = fileURLToPath(new URL("../../dist/", import.meta.url));
/** The same program with its source maps, for the report. */
export const MAPPED_FOLDER = fileURLToPath(new URL("../../coverage/mapped/", import.meta.url));
/** What each process ran, as V8 writes it down: hundreds of megabytes, which go after the report. */
export const RAW_FOLDER = fileURLToPath(new URL("../../coverage/raw/", import.meta.url));
/** The report's pages. */
export const PAGES_FOLDER = fileURLToPath(new URL("../../coverage/pages/", import.meta.url));
