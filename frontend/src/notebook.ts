// The notebook in the page: its cells in order, and what may be done with them.

import { announce } from "./announce.ts";
import { Cell, type CellGiven } from "./cell.ts";
import { find, need } from "./dom.ts";
import { loadEditors } from "./editors.ts";
import type { Exercise, Kind, Output, Page, WireCell } from "./types.ts";
import { say } from "./words.ts";

const MAX_UNDO = 50;

export class Notebook {
  cells: Cell[] = [];
  current: Cell | null = null;
  private readonly deleted: { wire: WireCell; after: string }[] = [];
  private copied: { kind: Kind; source: string } | null = null;
  private readonly byAnswer = new Map<string, Exercise>();

  constructor(
    private readonly root: HTMLElement,
    page: Page,
    private readonly given: CellGiven,
    private readonly onStructure: () => void,
  ) {
    for (const exercise of page.exercises) for (const answer of exercise.answers) this.byAnswer.set(answer.id, exercise);
    this.cells = page.draft.cells.map((wire) => this.adopt(wire));
    this.renumber();
    void loadEditors().then(() => this.mountAll());
    root.addEventListener("focusin", (event) => this.follow(event.target as HTMLElement));
  }

  cell(id: string): Cell | undefined {
    return this.cells.find((cell) => cell.id === id);
  }

  of(element: Element | null): Cell | undefined {
    const id = element?.closest<HTMLElement>("[data-cell]")?.dataset["cell"];
    return id === undefined ? undefined : this.cell(id);
  }

  exerciseOf(cell: Cell): Exercise | undefined {
    return this.byAnswer.get(cell.id);
  }

  isBlank(exercise: Exercise): boolean {
    return exercise.answers.every(({ id, stub }) => tidy(this.cell(id)?.source ?? "") === tidy(stub));
  }

  /** The cells as they are saved. */
  toWire(outputs: "always" | "new" | "never"): WireCell[] {
    return this.cells.map((cell) => cell.toWire(outputs));
  }

  neighbour(cell: Cell, step: number): Cell | undefined {
    return this.cells[this.cells.indexOf(cell) + step];
  }

  add(kind: Kind, beside: Cell | null, where: "above" | "below", source = ""): Cell {
    const wire: WireCell = { id: randomId(), cell_type: kind, source, metadata: { garrigue: { own: true } } };
    const index = beside ? this.cells.indexOf(beside) + (where === "below" ? 1 : 0) : this.cells.length;
    const made = this.place(wire, index);
    announce(say("said.added"));
    return made;
  }

  /** Takes one of the learner's own cells away; `undelete` brings it back. */
  remove(cell: Cell): boolean {
    if (cell.place !== "own") {
      announce(say("said.kept"));
      return false;
    }
    const index = this.cells.indexOf(cell);
    this.deleted.push({ wire: cell.toWire("always"), after: this.cells[index - 1]?.id ?? "" });
    if (this.deleted.length > MAX_UNDO) this.deleted.shift();
    this.cells.splice(index, 1);
    cell.destroy();
    this.changed();
    (this.cells[index] ?? this.cells[index - 1])?.select();
    announce(say("said.deleted"));
    return true;
  }

  /** Remembers a cell for `paste`. */
  copy(cell: Cell): void {
    this.copied = { kind: cell.kind === "raw" ? "markdown" : cell.kind, source: cell.source };
    announce(say("said.copied"));
  }

  /** Adds what was copied as a cell of the learner's own. */
  paste(beside: Cell): void {
    if (this.copied) this.add(this.copied.kind, beside, "below", this.copied.source).select();
    else announce(say("said.nothing-copied"));
  }

  undelete(): void {
    const last = this.deleted.pop();
    if (!last) {
      announce(say("said.nothing-deleted"));
      return;
    }
    const after = this.cells.findIndex((cell) => cell.id === last.after);
    this.place(last.wire, after + 1).select();
    announce(say("said.restored"));
  }

  move(cell: Cell, step: -1 | 1): void {
    const index = this.cells.indexOf(cell);
    const target = index + step;
    if (cell.place !== "own" || target < 0 || target >= this.cells.length) {
      announce(say(cell.place === "own" ? "said.edge" : "said.fixed"));
      return;
    }
    this.cells.splice(index, 1);
    this.cells.splice(target, 0, cell);
    this.arrange();
    this.changed();
    cell.select();
    announce(say("said.moved", { n: target + 1, total: this.cells.length }));
  }

  /** Makes code of text, or text of code. */
  convert(cell: Cell, kind: Kind): void {
    if (cell.kind === kind) return;
    if (cell.place !== "own") {
      announce(say("said.fixed"));
      return;
    }
    const index = this.cells.indexOf(cell);
    const wire = { ...cell.toWire("never"), cell_type: kind };
    this.cells.splice(index, 1);
    cell.destroy();
    this.place(wire, index).select();
  }

  /** Shows another state of the same notebook: cells that stay keep their editors. */
  load(cells: readonly WireCell[]): void {
    const before = new Map(this.cells.map((cell) => [cell.id, cell]));
    this.cells = cells.map((wire) => {
      const known = before.get(wire.id);
      if (!known || known.kind !== wire.cell_type) return this.make(wire);
      before.delete(wire.id);
      known.source = wire.source;
      if (wire.outputs) {
        known.outputs.set(wire.outputs);
      }
      return known;
    });
    for (const gone of before.values()) gone.destroy();
    this.arrange();
    this.renumber();
    this.mountAll();
    for (const cell of this.cells) if (cell.place === "own" && cell.kind === "markdown" && !cell.isRendered) void cell.render();
  }

  /** Puts an output where it belongs; `update` replaces those of one display. */
  update(displayId: string, output: Output): void {
    for (const cell of this.cells) {
      cell.outputs.list.forEach((shown, position) => {
        if (shown.display_id === displayId) cell.outputs.replace(position, output);
      });
    }
  }

  private place(wire: WireCell, index: number): Cell {
    const cell = this.make(wire);
    this.cells.splice(index, 0, cell);
    this.arrange();
    this.changed();
    cell.mount();
    if (wire.cell_type === "markdown" && wire.source.trim()) void cell.render();
    return cell;
  }

  private changed(): void {
    this.renumber();
    this.onStructure();
  }

  private adopt(wire: WireCell): Cell {
    const root = find(`[data-cell="${CSS.escape(wire.id)}"]`, this.root);
    return root ? new Cell(wire, wire.cell_type, root, this.given) : this.make(wire);
  }

  private make(wire: WireCell): Cell {
    const form = need<HTMLTemplateElement>(`#wb-new-${wire.cell_type === "code" ? "code" : "markdown"}`);
    const root = form.content.firstElementChild?.cloneNode(true) as HTMLElement;
    return new Cell(wire, wire.cell_type, root, this.given);
  }

  /** Puts the elements in the order of the cells; the bar of an exercise stays under it. */
  private arrange(): void {
    let before: Element | null = null;
    for (const cell of this.cells) {
      let next: Element | null = before ? before.nextElementSibling : this.root.firstElementChild;
      if (next !== cell.root && next?.matches(".wb-check")) [before, next] = [next, next.nextElementSibling];
      if (next !== cell.root) {
        if (before) before.after(cell.root);
        else this.root.prepend(cell.root);
      }
      before = cell.root;
    }
  }

  private renumber(): void {
    this.cells.forEach((cell, index) => {
      const title = this.exerciseOf(cell)?.title ?? "";
      const name = cell.place === "locked" && cell.kind !== "code" ? "label.prose" : `label.${cell.place}`;
      cell.setLabel(say(name, { n: index + 1, total: this.cells.length, title }).trim());
    });
  }

  /** Editors are made a few at a time, so that the page answers meanwhile. */
  private mountAll(): void {
    const waiting = this.cells.filter((cell) => !cell.root.classList.contains("is-mounted"));
    const inView = waiting.filter((cell) => cell.root.getBoundingClientRect().top < innerHeight * 1.5);
    for (const cell of inView) cell.mount();
    const rest = waiting.filter((cell) => !inView.includes(cell));
    const some = () => {
      const until = performance.now() + 12;
      while (rest.length && performance.now() < until) rest.shift()?.mount();
      if (rest.length) setTimeout(some, 0);
      else this.root.dataset["ready"] = "";
    };
    setTimeout(some, 0);
  }

  private follow(target: HTMLElement): void {
    const cell = this.of(target);
    if (!cell) return;
    this.current?.root.classList.remove("is-current");
    cell.root.classList.add("is-current");
    this.current = cell;
  }
}

function tidy(source: string): string {
  return source
    .trim()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

/** A name for a new cell; unlike `randomUUID`, it is there on sites without TLS too. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(6)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
