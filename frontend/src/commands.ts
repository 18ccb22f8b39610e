// What buttons and keys do, by one name each.

import { announce } from "./announce.ts";
import type { Cell } from "./cell.ts";
import type { Checks } from "./checks.ts";
import { choose, goBack, mayHandIn, showHelp } from "./dialogs.ts";
import { download } from "./download.ts";
import type { Drafts } from "./drafts.ts";
import type { Find } from "./find.ts";
import type { Notebook } from "./notebook.ts";
import type { Runner } from "./runner.ts";
import type { Status } from "./status.ts";
import { ask, SiteError } from "./site.ts";
import type { Page } from "./types.ts";
import { say } from "./words.ts";

export interface Workbench {
  page: Page;
  notebook: Notebook;
  runner: Runner;
  drafts: Drafts;
  checks: Checks;
  find: Find;
  status: Status;
}

export type Commands = Record<string, (cell: Cell | null) => void>;

export function commands(bench: Workbench): Commands {
  const { notebook, runner } = bench;
  const add = (kind: "code" | "markdown", where: "above" | "below") => (cell: Cell | null) =>
    notebook.add(kind, cell, where).edit();
  const onCell = (act: (cell: Cell) => void) => (cell: Cell | null) => {
    if (cell) act(cell);
  };
  return {
    run: onCell((cell) => runner.run([cell])),
    "run-all": () => runner.runAll(),
    "run-from": onCell((cell) => runner.run(notebook.cells.slice(notebook.cells.indexOf(cell)))),
    interrupt: () => runner.interrupt(),
    restart: () => void restart(bench),
    "add-code": add("code", "below"),
    "add-text": add("markdown", "below"),
    "add-code-end": () => notebook.add("code", null, "below").edit(),
    "add-text-end": () => notebook.add("markdown", null, "below").edit(),
    "add-above": onCell((cell) => notebook.add("code", cell, "above").select()),
    "add-below": onCell((cell) => notebook.add("code", cell, "below").select()),
    up: onCell((cell) => notebook.move(cell, -1)),
    down: onCell((cell) => notebook.move(cell, 1)),
    delete: onCell((cell) => notebook.remove(cell)),
    undelete: () => notebook.undelete(),
    edit: onCell((cell) => cell.edit()),
    copy: onCell((cell) => notebook.add(cell.kind, cell, "below", cell.source).edit()),
    "to-text": onCell((cell) => notebook.convert(cell, "markdown")),
    "to-code": onCell((cell) => notebook.convert(cell, "code")),
    "check-all": () => bench.checks.check(null),
    "hand-in": () => void handIn(bench),
    find: () => bench.find.open(),
    versions: () => void versions(bench),
    download: () => download(notebook, bench.page.filename),
    save: () => void bench.drafts.flush(),
    help: () => void showHelp(),
    next: onCell((cell) => notebook.neighbour(cell, 1)?.select()),
    before: onCell((cell) => notebook.neighbour(cell, -1)?.select()),
  };
}

/** Runs a cell, then goes where Jupyter goes. */
export function runAndGo(bench: Workbench, cell: Cell, then: "below" | "stay" | "insert"): void {
  bench.runner.run([cell]);
  if (then === "insert") bench.notebook.add("code", cell, "below").edit();
  else if (then === "stay") cell.select();
  else (bench.notebook.neighbour(cell, 1) ?? bench.notebook.add("code", cell, "below")).select();
}

async function restart(bench: Workbench): Promise<void> {
  const answer = await choose("#wb-restart");
  if (!answer) return;
  bench.runner.restart();
  if (answer === "all") bench.runner.runAll();
}

async function versions(bench: Workbench): Promise<void> {
  await bench.drafts.flush();
  const taken = await goBack(bench.page, bench.notebook.toWire("never"), () => bench.drafts.base);
  if (!taken) return;
  bench.drafts.take(taken);
  announce(say("said.went-back"));
}

async function handIn(bench: Workbench): Promise<void> {
  const blank = bench.page.exercises.filter((exercise) => exercise.answers.length && bench.notebook.isBlank(exercise));
  const unchecked = bench.checks.unchecked().filter((exercise) => !blank.includes(exercise));
  if ((blank.length || unchecked.length) && !(await mayHandIn(blank, unchecked))) return;
  announce(say("said.handing-in"));
  await bench.drafts.flush();
  if (!bench.drafts.isSaved) {
    bench.status.notice("hand-in", say("hand-in.not-saved"));
    return;
  }
  try {
    const body = { base: bench.drafts.base, is_confirmed: true }; // asked just above
    const { url } = await ask<{ url: string }>(bench.page.urls.handIn, "POST", body);
    location.assign(url);
  } catch (error) {
    const words = error instanceof SiteError && error.message ? error.message : say("hand-in.away");
    bench.status.notice("hand-in", words);
  }
}
