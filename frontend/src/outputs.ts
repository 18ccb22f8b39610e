// What a cell gave: text, tables, images, errors; whatever is active goes into a frame.

import { fill, plain } from "./ansi.ts";
import { cleanHtml, inCode, make } from "./dom.ts";
import { frame } from "./frames.ts";
import { ask } from "./site.ts";
import { plainTable } from "./tables.ts";
import type { Output, Page } from "./types.ts";
import { count, say } from "./words.ts";

/** Characters of one text that are shown; what comes between its ends is left out. */
const MAX_SHOWN = 1_200_000;
const IMAGES = ["image/png", "image/jpeg", "image/gif", "image/webp"];

export interface OutputsGiven {
  urls: Page["urls"];
  /** Goes to a line of the cell in its editor. */
  goToLine: (line: number) => void;
}

export class Outputs {
  readonly list: Output[] = [];
  private readonly shown: HTMLElement[] = [];
  private timer = 0;
  private readonly late = new Set<number>();
  private more: HTMLElement | null = null;

  constructor(
    readonly root: HTMLElement,
    private readonly given: OutputsGiven,
  ) {}

  /** Adds one; texts of the same stream are one. Returns the place where it stands. */
  add(output: Output): number {
    const last = this.list.at(-1);
    if (last && output.output_type === "stream" && last.output_type === "stream" && last.name === output.name) {
      last.text = shortened(joined(last.text) + joined(output.text));
      this.redrawLater(this.list.length - 1);
      return this.list.length - 1;
    }
    this.list.push({ ...output });
    const element = this.draw(output);
    this.shown.push(element);
    this.root.insertBefore(element, this.more);
    this.root.hidden = false;
    return this.list.length - 1;
  }

  replace(position: number, output: Output): void {
    const before = this.list[position];
    if (!before) return;
    this.list[position] = { ...before, data: output.data ?? {}, metadata: output.metadata ?? {} };
    this.redrawLater(position);
  }

  clear(): void {
    this.list.length = 0;
    this.shown.length = 0;
    this.late.clear();
    this.more = null;
    this.root.replaceChildren();
    this.root.hidden = true;
  }

  set(outputs: readonly Output[]): void {
    this.clear();
    for (const output of outputs) this.add(output);
  }

  /** Says that the kernel gave more than is shown; `onMore` asks for it. */
  truncated(message: string, onMore: (() => void) | null): void {
    this.more?.remove();
    this.more = make("div", { class: "wb-more" }, make("p", {}, message || say("outputs.cut")));
    if (onMore) {
      const asking = make("button", { type: "button", class: "secondary" }, say("outputs.more"));
      asking.addEventListener("click", () => {
        asking.disabled = true;
        onMore();
      });
      this.more.append(asking);
    }
    this.root.append(this.more);
    this.root.hidden = false;
  }

  /** Notes on the last error which line of the cell it came from. */
  markLine(line: number): void {
    const position = this.list.findLastIndex((output) => output.output_type === "error");
    const error = this.list[position];
    if (!error || error.line === line) return;
    error.line = line;
    this.redrawLater(position);
  }

  /** In a few words, for those who listen. */
  summary(): string {
    const error = this.list.find((output) => output.output_type === "error");
    if (error) return say("said.error", { name: error.ename ?? "", text: plain(error.evalue ?? "").slice(0, 200) });
    const texts = this.list.map(asText).join("").trim();
    if (!this.list.length || (!texts && this.list.every((output) => output.output_type === "stream"))) return "";
    if (!texts) return say("said.rich");
    const lines = texts.split("\n").length;
    return lines > 3 ? count("said.lines", lines) : texts.slice(0, 300);
  }

  /** As a notebook keeps them. */
  written(): Output[] {
    return this.list.map(({ explanation: _words, line: _line, display_id: _id, ...output }) => output);
  }

  /** A flood of texts is drawn once a frame, not once a message. */
  private redrawLater(position: number): void {
    this.late.add(position);
    this.timer ||= window.setTimeout(() => {
      this.timer = 0;
      for (const late of this.late) this.redraw(late);
      this.late.clear();
    }, 50);
  }

  private redraw(position: number): void {
    const [output, before] = [this.list[position], this.shown[position]];
    if (!output || !before) return;
    const element = this.draw(output);
    before.replaceWith(element);
    this.shown[position] = element;
  }

  private draw(output: Output): HTMLElement {
    if (output.output_type === "stream") return text(joined(output.text), output.name === "stderr" ? "wb-stderr" : "");
    if (output.output_type === "error") return this.error(output);
    return this.rich(output.data ?? {});
  }

  private rich(data: Record<string, unknown>): HTMLElement {
    for (const mime of IMAGES) {
      const image = joined(data[mime]).replace(/\s/g, "");
      if (/^[A-Za-z0-9+/]+=*$/.test(image)) return picture(`data:${mime};base64,${image}`, data);
    }
    const svg = joined(data["image/svg+xml"]);
    // In an `img`, an SVG neither runs scripts nor loads anything.
    if (svg) return picture(`data:image/svg+xml,${encodeURIComponent(svg)}`, data);
    const html = joined(data["text/html"]);
    if (html) return plainTable(html, say("outputs.table")) ?? frame(this.given.urls.frame, html, say("outputs.frame"));
    const prose = joined(data["text/markdown"]) || formula(joined(data["text/latex"]));
    if (prose) return this.prose(prose, joined(data["text/plain"]));
    return text(joined(data["text/plain"]), "");
  }

  private prose(source: string, instead: string): HTMLElement {
    const element = make("div", { class: "prose" }, text(instead || source, ""));
    ask<{ html: string }>(this.given.urls.preview, "POST", { source }).then(
      ({ html }) => element.replaceChildren(cleanHtml(html)),
      () => undefined, // the text stays as it is
    );
    return element;
  }

  private error(output: Output): HTMLElement {
    const name = make("p", { class: "wb-error-name" }, make("strong", {}, output.ename ?? ""));
    const value = plain(output.evalue ?? "");
    if (value) name.append(make("span", {}, ` : ${value}`));
    const element = make("div", { class: "wb-error" }, name);
    if (output.explanation) element.append(make("p", { class: "wb-explanation", lang: "fr" }, ...inCode(output.explanation)));
    const actions = make("div", { class: "wb-error-actions" });
    const line = output.line;
    if (line) {
      const go = make("button", { type: "button", class: "quiet" }, say("outputs.line", { n: line }));
      go.addEventListener("click", () => this.given.goToLine(line));
      actions.append(go);
    }
    element.append(actions);
    const trace = (output.traceback ?? []).join("\n");
    if (trace) {
      const whole = text(trace, "wb-traceback");
      element.append(make("details", {}, make("summary", {}, say("outputs.traceback")), whole));
    }
    return element;
  }
}

export function joined(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join("");
  return typeof value === "string" ? value : "";
}

function asText(output: Output): string {
  return plain(output.output_type === "stream" ? joined(output.text) : joined(output.data?.["text/plain"]));
}

function text(words: string, kind: string): HTMLElement {
  const shown = make("pre", { class: `wb-text ${kind}`.trim(), tabindex: 0 });
  fill(shown, shortened(words));
  return shown;
}

function shortened(words: string): string {
  if (words.length <= MAX_SHOWN) return words;
  return `${words.slice(0, MAX_SHOWN / 2)}\n[…]\n${words.slice(-MAX_SHOWN / 2)}`;
}

function picture(source: string, data: Record<string, unknown>): HTMLElement {
  const words = joined(data["text/plain"]);
  const isPlain = !words || words.startsWith("<");
  return make("p", { class: "wb-picture" }, make("img", { src: source, alt: isPlain ? say("outputs.picture") : words.slice(0, 300) }));
}

function formula(latex: string): string {
  if (!latex || /^\s*\$/.test(latex)) return latex;
  return `$$${latex}$$`;
}
