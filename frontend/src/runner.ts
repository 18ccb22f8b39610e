// Runs cells in the kernel, and brings what comes back to the cells.

import { announce } from "./announce.ts";
import type { Cell } from "./cell.ts";
import { find, make, need } from "./dom.ts";
import { Kernel } from "./kernel.ts";
import type { Notebook } from "./notebook.ts";
import type { Frame, KernelState, Page } from "./types.ts";
import { count, say } from "./words.ts";

/** Endings that need a word: the cell did not simply finish or fail. */
const ENDINGS = new Set(["timed-out", "died", "out-of-memory", "aborted"]);

export interface RunnerHears {
  state: (state: KernelState, frame: Frame) => void;
  /** Something that the learner should read, and perhaps everything to run again. */
  notice: (key: string, text: string, action?: { label: string; act: () => void }) => void;
  unnotice: (key: string) => void;
  changed: () => void;
  other: (frame: Frame) => void;
}

interface Waiting {
  cell: Cell;
  isSent: boolean;
}

export class Runner {
  readonly kernel: Kernel;
  private readonly waiting = new Map<string, Waiting>();
  private batch = 0;
  private isBack = false;

  constructor(
    private readonly notebook: () => Notebook,
    page: Page,
    private readonly hears: RunnerHears,
  ) {
    this.kernel = new Kernel(page.urls, page.ticket, {
      state: (state, frame) => this.onState(state, frame),
      frame: (frame) => this.onFrame(frame),
      welcome: (isNew, isGap) => this.onWelcome(isNew, isGap),
    });
  }

  get isBusy(): boolean {
    return this.waiting.size > 0 || this.kernel.state === "busy";
  }

  /** Runs cells in their order; text cells are rendered. */
  run(cells: readonly Cell[]): void {
    for (const cell of cells) if (cell.kind === "markdown" && cell.isEditable && !cell.isRendered) void cell.render();
    const code = cells.filter((cell) => cell.runs);
    if (!code.length) return;
    this.batch = this.waiting.size + code.length;
    for (const cell of code) {
      cell.editor?.markError(null);
      if (!cell.source.trim()) {
        cell.outputs.clear();
        cell.setCount(null);
        continue;
      }
      cell.setRunning("queued");
      note(cell, "");
      this.waiting.set(this.kernel.newId(), { cell, isSent: false });
    }
    this.sendWaiting();
    if (!this.kernel.isUp) announce(say("said.when-back"));
  }

  runAll(): void {
    this.hears.unnotice("gone");
    this.run(this.notebook().cells);
  }

  interrupt(): void {
    this.kernel.send({ type: "interrupt" });
    for (const [id, one] of this.waiting) if (!one.isSent) this.forget(id, one);
    announce(say("said.interrupting"));
  }

  restart(): void {
    this.forgetAll();
    this.kernel.send({ type: "restart" });
    for (const cell of this.notebook().cells) if (cell.runs) cell.setCount(null);
  }

  private onWelcome(isNew: boolean, isGap: boolean): void {
    if (isGap) this.hears.notice("gap", say("notice.gap"));
    if (isNew) {
      for (const [id, one] of this.waiting) if (one.isSent) this.forget(id, one);
      this.sendWaiting();
    } else this.isBack = true;
  }

  private onState(state: KernelState, frame: Frame): void {
    if (state === "idle" && this.isBack) {
      // What was sent on a line that was already dead never arrived: it goes again.
      for (const one of this.waiting.values()) one.isSent = false;
    }
    if (state === "idle" || state === "busy") this.isBack = false;
    if (state === "dead" || state === "culled") {
      this.forgetAll();
      const again = { label: say("action.run-all"), act: () => this.runAll() };
      this.hears.notice("gone", frame.message || say(`notice.${state}`), again);
    }
    if (state === "idle" || state === "starting") this.sendWaiting();
    this.hears.state(state, frame);
  }

  private sendWaiting(): void {
    for (const [id, one] of this.waiting) {
      if (one.isSent) continue;
      one.isSent = this.kernel.send({ type: "execute", id, cell: one.cell.id, source: one.cell.source });
    }
  }

  private onFrame(frame: Frame): void {
    const cell = frame.cell ? this.notebook().cell(frame.cell) : undefined;
    switch (frame.type) {
      case "running":
        cell?.setRunning("running");
        break;
      case "clear":
        if (cell) this.onClear(cell);
        break;
      case "output":
        if (cell) this.onOutput(cell, frame);
        break;
      case "update":
        if (frame.output && frame.display_id) this.notebook().update(frame.display_id, frame.output);
        break;
      case "truncated":
        cell?.outputs.truncated(frame.message ?? "", frame.has_more ? () => this.kernel.send({ type: "more", cell: cell.id }) : null);
        break;
      case "input_request":
        if (cell) this.onInput(cell, frame);
        break;
      case "done":
        if (cell) this.onDone(cell, frame);
        else this.hears.other(frame);
        break;
      case "warning":
        this.hears.notice("warning", frame.message ?? "");
        break;
      case "refused":
        this.hears.notice("refused", frame.message ?? "");
        break;
      default:
        this.hears.other(frame);
    }
  }

  private onClear(cell: Cell): void {
    cell.outputs.clear();
    cell.hasNewOutputs = true;
  }

  private onOutput(cell: Cell, frame: Frame): void {
    if (!frame.output) return;
    const { explanation, display_id } = frame;
    cell.outputs.add({ ...frame.output, ...(explanation ? { explanation } : {}), ...(display_id ? { display_id } : {}) });
    cell.hasNewOutputs = true;
  }

  private onDone(cell: Cell, frame: Frame): void {
    const id = frame.id ?? "";
    this.waiting.delete(id);
    cell.setCount(frame.execution_count ?? cell.count);
    closeInput(cell);
    if (frame.error_line) {
      cell.outputs.markLine(frame.error_line);
      cell.editor?.markError(frame.error_line);
    }
    const status = frame.status ?? "ok";
    if (ENDINGS.has(status)) note(cell, frame.message || say(`done.${status}`));
    this.tell(cell, status);
    this.hears.changed();
  }

  /** Says how it went: each cell when run alone, the end or the failure when run together. */
  private tell(cell: Cell, status: string): void {
    if (status === "aborted") return;
    if (ENDINGS.has(status)) announce(say(`done.${status}`));
    else if (status === "error") announce(`${say("said.failed")} ${cell.outputs.summary()}`);
    else if (this.batch <= 1) announce(cell.outputs.summary() || say("said.done"));
    else if (!this.waiting.size) announce(count("said.all-done", this.batch));
    if (!this.waiting.size) this.batch = 0;
  }

  private onInput(cell: Cell, frame: Frame): void {
    const form = find<HTMLFormElement>(".wb-ask", cell.root);
    if (!form) return;
    const label = need("label", form);
    const field = need<HTMLInputElement>("input", form);
    field.id ||= `wb-ask-${cell.id}`;
    label.setAttribute("for", field.id);
    label.textContent = frame.prompt?.trim() || say("input.label");
    field.type = frame.password ? "password" : "text";
    field.value = "";
    form.hidden = false;
    form.onsubmit = (event) => {
      event.preventDefault();
      if (!this.kernel.send({ type: "input", value: field.value })) return;
      const echo = frame.password ? "" : field.value;
      cell.outputs.add({ output_type: "stream", name: "stdout", text: `${frame.prompt ?? ""}${echo}\n` });
      closeInput(cell);
      cell.select();
    };
    announce(say("said.input", { prompt: frame.prompt ?? "" }));
    if (cell.root.contains(document.activeElement) || this.batch <= 1) field.focus();
  }

  private forget(id: string, one: Waiting): void {
    this.waiting.delete(id);
    one.cell.setCount(null);
    closeInput(one.cell);
  }

  private forgetAll(): void {
    for (const [id, one] of this.waiting) this.forget(id, one);
    this.batch = 0;
  }
}

function closeInput(cell: Cell): void {
  const form = find(".wb-ask", cell.root);
  if (form) form.hidden = true;
}

/** A sentence under the cell about how it ended; none when empty. */
function note(cell: Cell, text: string): void {
  find(".wb-note", cell.root)?.remove();
  if (text) cell.outputs.root.after(make("p", { class: "wb-note" }, text));
}
