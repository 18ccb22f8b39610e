// What buttons and keys do, by one name each.

import { announce } from "./announce.ts";
import type { Cell } from "./cell.ts";
import type { Checks } from "./checks.ts";
import { choose, goBack, mayHandIn, showHelp } from "./dialogs.ts";
import { download } from "./download.ts";
import type { Drafts } from "./drafts.ts";
import type { Find } from "./find.ts";
import type { Memory } from "./memory.ts";
import type { Notebook } from "./notebook.ts";
import type { Runner } from "./runner.ts";
import type { Status } from "./status.ts";
import { ask, SiteError } from "./site.ts";
import type { Page } from "./types.ts";
import { say } from "./words.ts";

/** How long a hand-in waits for the site to come back, and how often it tries. */
const HAND_IN_MS = 60_000;
const AGAIN_MS = 1500;

export interface Workbench {
  page: Page;
  notebook: Notebook;
  runner: Runner;
  drafts: Drafts;
  checks: Checks;
  find: Find;
  status: Status;
  memory: Memory;
  isHandingIn: boolean;
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
    double: onCell((cell) => notebook.add(cell.kind, cell, "below", cell.source).edit()),
    copy: onCell((cell) => notebook.copy(cell)),
    cut: onCell((cell) => {
      notebook.copy(cell);
      notebook.remove(cell);
    }),
    paste: onCell((cell) => notebook.paste(cell)),
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
  if (bench.isHandingIn) return;
  bench.isHandingIn = true;
  try {
    if (await mayBeHandedIn(bench)) await handInSoon(bench);
  } finally {
    bench.isHandingIn = false;
  }
}

async function mayBeHandedIn(bench: Workbench): Promise<boolean> {
  const blank = bench.page.exercises.filter((exercise) => exercise.answers.length && bench.notebook.isBlank(exercise));
  const unchecked = bench.checks.unchecked().filter((exercise) => !blank.includes(exercise));
  if (!(blank.length || unchecked.length)) return true;
  const text = [bench.checks.all(), ...unchecked.map((exercise) => exercise.id)].join();
  if (bench.memory.knows("confirmed", text)) return true;
  const isConfirmed = await mayHandIn(blank, unchecked);
  if (isConfirmed) bench.memory.note("confirmed", text);
  return isConfirmed;
}

/** Hands in now, or as soon as the site answers again: the same draft twice is one submission. */
async function handInSoon(bench: Workbench): Promise<void> {
  const { drafts, status, page } = bench;
  announce(say("said.handing-in"));
  const until = Date.now() + HAND_IN_MS;
  while (Date.now() < until) {
    await drafts.flush();
    if (drafts.state === "conflict" || drafts.state === "refused" || drafts.state === "signed-out") break;
    try {
      if (drafts.isSaved) {
        const body = { base: drafts.base, is_confirmed: true }; // asked before
        const { url } = await ask<{ url: string }>(page.urls.handIn, "POST", body);
        location.assign(url);
        return;
      }
    } catch (error) {
      if (error instanceof SiteError && error.status < 500 && error.message) {
        if (error.kind === "stale") await drafts.look();
        status.notice("hand-in", error.message);
        return;
      }
    }
    status.notice("hand-in", say("hand-in.waiting"));
    await new Promise((done) => setTimeout(done, AGAIN_MS));
  }
  status.notice("hand-in", say(drafts.isSaved ? "hand-in.away" : "hand-in.not-saved"));
}
