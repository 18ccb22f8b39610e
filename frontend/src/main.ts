// The workbench: a notebook in the page, its kernel, its draft, and what ties them together.

import { announce, announceIn } from "./announce.ts";
import type { Cell } from "./cell.ts";
import { Checks } from "./checks.ts";
import { commands, runAndGo, type Commands, type Workbench } from "./commands.ts";
import { chooseVersion } from "./dialogs.ts";
import { find, make, need } from "./dom.ts";
import { Drafts } from "./drafts.ts";
import { Find } from "./find.ts";
import { plain } from "./ansi.ts";
import { icon } from "./dom.ts";
import { Memory } from "./memory.ts";
import { Notebook } from "./notebook.ts";
import { Runner } from "./runner.ts";
import { isWriting, Shortcuts } from "./shortcuts.ts";
import { Status } from "./status.ts";
import type { Page } from "./types.ts";
import { say, setWords } from "./words.ts";

function start(): void {
  const page = JSON.parse(need("#wb-page").textContent ?? "") as Page;
  setWords(page.words);
  announceIn(need("#wb-said"));
  const root = need("#wb-notebook");
  const bench = {} as Workbench;
  let does: Commands = {};

  const interrupt = need<HTMLButtonElement>("[data-do=interrupt]");
  const status = new Status(need("#wb-kernel"), need("#wb-saved"), need("#wb-notices"), interrupt, page.urls.signIn);
  const runner = new Runner(() => bench.notebook, page, {
    state: (state, frame) => status.showKernel(state, frame),
    notice: (key, text, action) => status.notice(key, text, action),
    unnotice: (key) => status.unnotice(key),
    changed: () => bench.drafts.touchOutputs(),
    other: (frame) => bench.checks.receive(frame),
  });
  void runner.kernel.connect(); // first: the kernel starts while the editors are made

  const drafts = new Drafts(() => bench.notebook, page, {
    state: (state, message) => status.showSaved(state, message),
    conflict: (mine, other) => chooseVersion(mine, other, page.exercises),
    replaced: () => status.notice("replaced", say("notice.replaced")),
  });
  const notebook = new Notebook(
    root,
    page,
    {
      urls: page.urls,
      nonce: document.querySelector<HTMLScriptElement>("script[nonce]")?.nonce ?? "",
      onChange: () => drafts.touch(),
      onFocus: (cell) => cell.editor && (cell.editor.isTabbable = true),
      onLeave: (cell, to) => leave(bench, cell, to),
      onRun: (cell, then) => runAndGo(bench, cell, then),
      complete: async (source, cursor) => {
        const found = await runner.kernel.request("complete", source, cursor);
        if (!found?.matches) {
          announce(say("said.no-completion"));
          return null;
        }
        return { matches: found.matches, start: found.start ?? cursor, end: found.end ?? cursor };
      },
      inspect: (cell, source, cursor) => void inspect(runner, cell, source, cursor),
    },
    () => drafts.touch(),
  );
  const memory = new Memory(`garrigue:${page.person}:${page.urls.draft}`);
  Object.assign(bench, {
    page,
    notebook,
    runner,
    drafts,
    status,
    memory,
    checks: new Checks(() => bench.notebook, runner, page.exercises, root, memory),
    find: new Find(() => bench.notebook, need("#wb-find")),
  });
  does = commands(bench);
  listen(bench, does);
  document.documentElement.classList.add("wb-on");
  if (page.draft.message) status.notice("statement", page.draft.message);
  void drafts.begin();
}

function leave(bench: Workbench, cell: Cell, to: "command" | "above" | "below"): void {
  closeHelp(cell);
  if (to === "command") {
    cell.select();
    return;
  }
  const neighbour = bench.notebook.neighbour(cell, to === "below" ? 1 : -1);
  if (!neighbour) return;
  if (neighbour.editor && !neighbour.isRendered) neighbour.edit(to === "below" ? "start" : "end");
  else neighbour.select();
}

/** Shows what the kernel knows of a name, under the cell. */
async function inspect(runner: Runner, cell: Cell, source: string, cursor: number): Promise<void> {
  const found = await runner.kernel.request("inspect", source, cursor);
  const place = find(".wb-help", cell.root);
  if (!place) return;
  const text = plain(found?.text ?? "").trim();
  if (!text) {
    announce(say("said.no-help"));
    return;
  }
  const close = make("button", { type: "button", class: "quiet wb-close", "aria-label": say("action.close") }, icon("close"));
  close.addEventListener("click", () => {
    closeHelp(cell);
    cell.edit();
  });
  place.replaceChildren(close, make("pre", { tabindex: 0 }, text));
  place.hidden = false;
  announce(`${say("help.label")} ${text.slice(0, 400)}`);
}

function closeHelp(cell: Cell): void {
  const place = find(".wb-help", cell.root);
  if (place) place.hidden = true;
}

function listen(bench: Workbench, does: Commands): void {
  document.addEventListener("click", (event) => {
    const pressed = (event.target as Element).closest<HTMLElement>("[data-do]");
    if (!pressed) return;
    const cell = bench.notebook.of(pressed) ?? bench.notebook.current;
    does[pressed.dataset["do"] ?? ""]?.(cell);
    pressed.closest<HTMLDetailsElement>("details.menu")?.removeAttribute("open");
  });
  need("#wb-notebook").addEventListener("dblclick", (event) => {
    const cell = bench.notebook.of(event.target as Element);
    if (cell?.isEditable && cell.isRendered) cell.edit();
  });
  const shortcuts = new Shortcuts({ command: keysOf(bench, does) });
  document.addEventListener("keydown", (event) => onKey(event, bench, does, shortcuts));
}

function keysOf(bench: Workbench, does: Commands): Record<string, (cell: Cell) => void> {
  const named = (name: string) => (cell: Cell) => does[name]?.(cell);
  return {
    Enter: named("edit"),
    ArrowDown: named("next"),
    j: named("next"),
    ArrowUp: named("before"),
    k: named("before"),
    a: named("add-above"),
    b: named("add-below"),
    c: named("copy"),
    x: named("cut"),
    v: named("paste"),
    dd: named("delete"),
    z: named("undelete"),
    m: named("to-text"),
    y: named("to-code"),
    "00": named("restart"),
    ii: named("interrupt"),
    s: named("save"),
    t: () => need("[data-do=run-all]").focus(),
    h: named("help"),
    "?": named("help"),
    Escape: (cell) => {
      closeHelp(cell);
      bench.status.unnotice("warning");
    },
  };
}

function onKey(event: KeyboardEvent, bench: Workbench, does: Commands, shortcuts: Shortcuts): void {
  if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
  const isMod = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  if (isMod && !event.shiftKey && !event.altKey && (key === "s" || (key === "f" && !bench.find.hasFocus))) {
    event.preventDefault(); // a second Ctrl+F is the browser's own
    does[key === "s" ? "save" : "find"]?.(bench.notebook.current);
    return;
  }
  const target = event.target as HTMLElement;
  const cell = bench.notebook.of(target);
  if (!cell || isWriting(target)) return;
  if (event.key === "Enter" && (event.shiftKey || isMod || event.altKey)) {
    event.preventDefault();
    runAndGo(bench, cell, event.shiftKey ? "below" : event.altKey ? "insert" : "stay");
    return;
  }
  if (isMod && event.shiftKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    event.preventDefault();
    does[event.key === "ArrowUp" ? "up" : "down"]?.(cell);
    return;
  }
  const isControl = target.closest("button, a, summary, [role=region], pre");
  if (isControl && (event.key === "Enter" || event.key.startsWith("Arrow"))) return;
  if (shortcuts.press(event, cell)) event.preventDefault();
}

start();
