// A search across all cells: the browser's own does not see what an editor keeps out of view.

import { announce } from "./announce.ts";
import type { Cell } from "./cell.ts";
import { need } from "./dom.ts";
import type { Notebook } from "./notebook.ts";
import { say } from "./words.ts";

interface Match {
  cell: Cell;
  from: number;
  to: number;
}

export class Find {
  private readonly field: HTMLInputElement;
  private readonly said: HTMLElement;
  private matches: Match[] = [];
  private at = -1;
  private cameFrom: Element | null = null;

  constructor(
    private readonly notebook: () => Notebook,
    private readonly bar: HTMLElement,
  ) {
    this.field = need<HTMLInputElement>("input", bar);
    this.said = need(".wb-find-count", bar);
    this.field.addEventListener("input", () => this.search());
    bar.addEventListener("submit", (event) => {
      event.preventDefault();
      this.step(1);
    });
    bar.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
      else if (event.key === "Enter" && event.shiftKey) this.step(-1);
      else return;
      event.preventDefault();
    });
    need("[data-find=before]", bar).addEventListener("click", () => this.step(-1));
    need("[data-find=close]", bar).addEventListener("click", () => this.close());
  }

  get isOpen(): boolean {
    return !this.bar.hidden;
  }

  get hasFocus(): boolean {
    return this.bar.contains(document.activeElement);
  }

  open(): void {
    this.cameFrom = document.activeElement;
    this.bar.hidden = false;
    this.field.select();
    this.field.focus();
    if (this.field.value) this.search();
  }

  close(): void {
    this.bar.hidden = true;
    const here = this.matches[this.at];
    this.matches = [];
    this.mark();
    if (here) here.cell.select();
    else if (this.cameFrom instanceof HTMLElement) this.cameFrom.focus();
  }

  private search(): void {
    const wanted = folded(this.field.value);
    this.matches = [];
    if (wanted) {
      for (const cell of this.notebook().cells) {
        const text = folded(cell.source);
        for (let from = text.indexOf(wanted); from >= 0; from = text.indexOf(wanted, from + wanted.length)) {
          this.matches.push({ cell, from, to: from + wanted.length });
        }
      }
    }
    this.at = this.matches.length ? 0 : -1;
    this.show();
  }

  private step(by: number): void {
    if (!this.matches.length) return;
    this.at = (this.at + by + this.matches.length) % this.matches.length;
    this.show();
  }

  private show(): void {
    const here = this.matches[this.at];
    const values = { n: this.at + 1, total: this.matches.length };
    this.said.textContent = !this.field.value ? "" : say(here ? "find.count" : "find.none", values);
    if (this.field.value) announce(this.said.textContent);
    this.mark();
    here?.cell.root.scrollIntoView({ block: "center" });
  }

  private mark(): void {
    const here = this.matches[this.at];
    for (const cell of this.notebook().cells) {
      const mine = this.matches.filter((match) => match.cell === cell);
      cell.root.classList.toggle("has-found", mine.length > 0);
      cell.root.classList.toggle("has-found-here", here?.cell === cell);
      cell.editor?.markFound(mine.map(({ from, to }) => ({ from, to, isCurrent: here?.cell === cell && here.from === from })));
    }
  }
}

/** Without case and accents, each sign in its place. */
function folded(text: string): string {
  return Array.from(text, (sign) => {
    const bare = sign.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
    return bare.length === sign.length ? bare : sign.toLowerCase().slice(0, sign.length).padEnd(sign.length);
  }).join("");
}
