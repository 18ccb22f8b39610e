// One cell: its text, its editor where it may be written in, and what it gave.

import { announce } from "./announce.ts";
import { cleanHtml, find, make, need } from "./dom.ts";
import type { Editor } from "./editor.ts";
import { editors, loadEditors } from "./editors.ts";
import { Outputs } from "./outputs.ts";
import { ask } from "./site.ts";
import { placeOf, type Kind, type Metadata, type Page, type PlaceInNotebook, type WireCell } from "./types.ts";
import { say } from "./words.ts";

const MAX_KEPT_OUTPUTS = 100_000;

export interface CellGiven {
  urls: Page["urls"];
  nonce: string;
  onChange: (cell: Cell) => void;
  onFocus: (cell: Cell) => void;
  onLeave: (cell: Cell, to: "command" | "above" | "below") => void;
  onRun: (cell: Cell, then: "below" | "stay" | "insert") => void;
  complete: (source: string, cursor: number) => Promise<{ matches: string[]; start: number; end: number } | null>;
  inspect: (cell: Cell, source: string, cursor: number) => void;
}

export class Cell {
  readonly id: string;
  readonly place: PlaceInNotebook;
  readonly metadata: Metadata;
  readonly outputs: Outputs;
  count: number | null;
  editor: Editor | null = null;
  /** Whether its outputs changed since they were last saved. */
  hasNewOutputs = false;
  private kept: string;
  private label = "";

  constructor(
    wire: WireCell,
    readonly kind: Kind,
    readonly root: HTMLElement,
    private readonly given: CellGiven,
  ) {
    this.id = wire.id;
    this.place = placeOf(wire);
    this.metadata = wire.metadata;
    this.kept = wire.source;
    this.count = wire.outputs?.find((output) => output.execution_count)?.execution_count ?? null;
    root.dataset["cell"] = wire.id;
    this.outputs = new Outputs(need(".wb-outputs", root), { urls: given.urls, goToLine: (line) => this.goToLine(line) });
    if (wire.outputs?.length) this.outputs.set(wire.outputs);
    this.showCount();
    root.addEventListener("focusout", (event) => {
      if (!root.contains(event.relatedTarget as Node | null) && this.editor) this.editor.isTabbable = true;
    });
    if (this.isEditable && kind !== "code") this.isRendered = this.source.trim() !== "" && find(".wb-prose", root)?.childNodes.length !== 0;
  }

  get isEditable(): boolean {
    return this.place !== "locked" && this.kind !== "raw";
  }

  get runs(): boolean {
    return this.kind === "code";
  }

  get source(): string {
    return this.editor ? this.editor.text : this.kept;
  }

  set source(text: string) {
    if (text === this.source) return;
    this.kept = text;
    if (this.editor) this.editor.text = text;
    else if (this.runs) this.paint();
    if (this.kind === "markdown" && this.isRendered) void this.render();
  }

  get isRendered(): boolean {
    return this.root.classList.contains("is-rendered");
  }

  set isRendered(rendered: boolean) {
    this.root.classList.toggle("is-rendered", rendered);
  }

  /** Puts the editor where the text stood; a cell that is only read gets its colours. */
  mount(): void {
    const made = editors();
    if (!made || this.editor || this.root.classList.contains("is-mounted")) return;
    this.root.classList.add("is-mounted");
    const place = find(".wb-source", this.root);
    if (!place) return;
    if (!this.isEditable) {
      this.paint();
      return;
    }
    place.replaceChildren();
    this.editor = new made.Editor(place, this.kept, {
      label: this.label,
      describedBy: this.runs ? "wb-editor-help" : "wb-prose-help",
      isCode: this.runs,
      nonce: this.given.nonce,
      onChange: () => this.given.onChange(this),
      onFocus: () => this.given.onFocus(this),
      onLeave: (to) => this.given.onLeave(this, to),
      onRun: (then) => this.given.onRun(this, then),
      complete: this.given.complete,
      inspect: (source, cursor) => this.given.inspect(this, source, cursor),
    });
  }

  /** Goes into the text, to write. */
  edit(at?: "start" | "end"): void {
    if (!this.isEditable) {
      this.root.focus();
      announce(say("said.locked"));
      return;
    }
    this.isRendered = false;
    void loadEditors().then(() => {
      this.mount();
      this.editor?.focus(at);
    });
  }

  /** Stands on the cell, not in it: Jupyter's command mode. */
  select(): void {
    if (this.editor) this.editor.isTabbable = false;
    this.root.focus({ preventScroll: true });
    this.root.scrollIntoView({ block: "nearest" });
  }

  goToLine(line: number): void {
    if (this.editor) this.editor.goToLine(line);
    else this.root.focus();
  }

  /** Shows a text cell as the site renders it. */
  async render(): Promise<void> {
    const place = find(".wb-prose", this.root);
    if (!place) return;
    const source = this.source;
    if (!source.trim()) {
      this.isRendered = false;
      return;
    }
    try {
      const { html } = await ask<{ html: string }>(this.given.urls.preview, "POST", { source });
      place.replaceChildren(cleanHtml(html));
    } catch {
      place.replaceChildren(make("pre", {}, source)); // away from the site, the text as it is
    }
    this.isRendered = true;
  }

  setLabel(label: string): void {
    this.label = label;
    this.root.setAttribute("aria-label", label);
    if (this.editor) this.editor.label = label;
  }

  /** Says that it waits, runs or stands still. */
  setRunning(state: "" | "queued" | "running"): void {
    this.root.classList.toggle("is-queued", state === "queued");
    this.root.classList.toggle("is-running", state === "running");
    this.showCount(state);
  }

  setCount(count: number | null): void {
    this.count = count;
    this.setRunning("");
  }

  toWire(outputs: "always" | "new" | "never"): WireCell {
    const wire: WireCell = {
      id: this.id,
      cell_type: this.kind,
      source: this.source,
      metadata: this.metadata,
    };
    if (!this.runs || outputs === "never" || (outputs === "new" && !this.hasNewOutputs)) return wire;
    const written = this.outputs.written();
    const isLight = outputs === "always" || JSON.stringify(written).length <= MAX_KEPT_OUTPUTS;
    return { ...wire, outputs: isLight ? written : [] };
  }

  destroy(): void {
    this.editor?.destroy();
    this.root.remove();
  }

  private paint(): void {
    const code = find("pre code", this.root);
    if (code && this.runs) editors()?.paint(code, this.kept);
  }

  private showCount(state: "" | "queued" | "running" = ""): void {
    const shown = find(".wb-count", this.root);
    if (shown) shown.textContent = state ? "[*]" : this.count === null ? "" : `[${this.count}]`;
  }
}
