import { type FSWatcher, watch } from "node:fs";
import { basename } from "node:path";
import { systemClock } from "../../src/cli/system-clock.ts";
import type { Command } from "./command.ts";
import type { Disturbance, Moment, What } from "./disturbance.ts";
import type { SmallDisk } from "./small-disk.ts";
import type { WatchedService } from "./watched-service.ts";

/** A run that goes, with what surrounds it. */
export interface Scene {
  readonly command: Command;
  readonly service: WatchedService;
  /** Below it the run writes its files. */
  readonly folder: string;
  readonly disk: SmallDisk | undefined;
  /** Starts another run in the same folder and waits for its end. */
  readonly rival: (what: Extract<What, { kind: "rival" | "rival-dry-run" }>) => Promise<void>;
  /** Aborts when the run has ended. */
  readonly over: AbortSignal;
}

/** Waits for the moment, and does it unless the run has ended by then. Whether it was done. */
export async function disturb(scene: Scene, { when, what }: Disturbance): Promise<boolean> {
  await moment(scene, when);
  if (scene.over.aborted) return false;
  return await act(scene, what);
}

async function moment({ folder, over, service }: Scene, when: Moment): Promise<void> {
  switch (when.kind) {
    case "time":
      return await systemClock.sleep(when.ms, over);
    case "calls":
      await service.calls(when.count, over);
      return await systemClock.sleep(when.ms, over);
    case "file":
      return await fileBegun(folder, when.name, over);
  }
}

async function act(scene: Scene, what: What): Promise<boolean> {
  const { command, disk, over, service } = scene;
  const { simulator } = service;
  switch (what.kind) {
    case "kill":
      return command.child.kill("SIGKILL");
    case "signal": {
      const isSent = command.child.kill(what.signal);
      if (what.againMs === undefined) return isSent;
      await systemClock.sleep(what.againMs, over);
      return command.child.kill(what.signal) || isSent;
    }
    case "restart":
      return await service.restart(() => systemClock.sleep(what.downMs, over));
    case "expire-tokens":
      simulator.expireTokens();
      return true;
    case "faults":
      simulator.setFaults(what.faults);
      return true;
    case "latency":
      simulator.setLatency(what.ms);
      return true;
    case "full-disk":
      return disk?.fill(what.spareKib) === true;
    case "rival":
    case "rival-dry-run":
      await scene.rival(what);
      return true;
  }
}

/** Under its temporary name or its own. */
function fileBegun(folder: string, name: string, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let watcher: FSWatcher | undefined;
    const done = (): void => {
      watcher?.close();
      resolve();
    };
    watcher = watch(folder, { recursive: true }, (_event, path) => {
      if (path !== null && basename(path).startsWith(name)) done();
    });
    watcher.on("error", done);
    over.addEventListener("abort", done, { once: true });
  });
}
