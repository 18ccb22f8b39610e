// One cell's editor: CodeMirror with Python, completion and docstrings from the kernel.

import {
  acceptCompletion,
  autocompletion,
  completionKeymap,
  completionStatus,
  startCompletion,
  type CompletionContext,
  type CompletionResult,
} from "@codemirror/autocomplete";
import { history, historyKeymap, indentLess, indentMore, insertNewlineAndIndent, standardKeymap, toggleComment } from "@codemirror/commands";
import { pythonLanguage } from "@codemirror/lang-python";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState, StateEffect, StateField, type Extension } from "@codemirror/state";
import { Decoration, EditorView, keymap, lineNumbers, type Command, type DecorationSet } from "@codemirror/view";
import { classHighlighter, highlightTree } from "@lezer/highlight";

export interface Matches {
  matches: string[];
  start: number;
  end: number;
}

export interface EditorGiven {
  label: string;
  describedBy: string;
  isCode: boolean;
  nonce: string;
  onChange: () => void;
  onFocus: () => void;
  onLeave: (to: "command" | "above" | "below") => void;
  onRun: (then: "below" | "stay" | "insert") => void;
  complete: (source: string, cursor: number) => Promise<Matches | null>;
  inspect: (source: string, cursor: number) => void;
}

const INDENT = "    ";

const setErrorLine = StateEffect.define<number | null>();
const setFound = StateEffect.define<{ from: number; to: number; isCurrent: boolean }[]>();

/** The line that an error came from, until it is changed. */
const errorLine = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, change) {
    let kept = change.docChanged ? Decoration.none : marks;
    for (const effect of change.effects) {
      if (!effect.is(setErrorLine)) continue;
      const line = effect.value;
      kept =
        line === null || line < 1 || line > change.state.doc.lines
          ? Decoration.none
          : Decoration.set([Decoration.line({ class: "wb-error-line" }).range(change.state.doc.line(line).from)]);
    }
    return kept;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** What a search across the cells found in this one. */
const found = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, change) {
    let kept = marks.map(change.changes);
    for (const effect of change.effects) {
      if (!effect.is(setFound)) continue;
      kept = Decoration.set(
        effect.value.map(({ from, to, isCurrent }) =>
          Decoration.mark({ class: isCurrent ? "wb-found wb-found-here" : "wb-found" }).range(from, to),
        ),
      );
    }
    return kept;
  },
  provide: (field) => EditorView.decorations.from(field),
});

export class Editor {
  readonly view: EditorView;
  /** What was found for the list that is about to open. */
  private matches: Matches | null = null;

  constructor(
    parent: HTMLElement,
    source: string,
    private readonly given: EditorGiven,
  ) {
    this.view = new EditorView({ parent, doc: source, extensions: this.extensions() });
  }

  get text(): string {
    return this.view.state.doc.toString();
  }

  set text(source: string) {
    if (source === this.text) return;
    const { state } = this.view;
    this.view.dispatch({ changes: { from: 0, to: state.doc.length, insert: source }, userEvent: "set" });
  }

  set label(label: string) {
    this.view.contentDOM.setAttribute("aria-label", label);
  }

  get isFocused(): boolean {
    return this.view.hasFocus;
  }

  focus(at?: "start" | "end"): void {
    if (at) this.view.dispatch({ selection: { anchor: at === "start" ? 0 : this.view.state.doc.length } });
    this.view.focus();
  }

  /** In command mode, Tab goes on to the next control instead of coming back in. */
  set isTabbable(tabbable: boolean) {
    this.view.contentDOM.tabIndex = tabbable ? 0 : -1;
  }

  markError(line: number | null): void {
    this.view.dispatch({ effects: setErrorLine.of(line) });
  }

  goToLine(line: number): void {
    const { doc } = this.view.state;
    const place = doc.line(Math.min(Math.max(line, 1), doc.lines));
    this.view.dispatch({ selection: { anchor: place.from, head: place.to }, scrollIntoView: true });
    this.view.focus();
  }

  markFound(places: { from: number; to: number; isCurrent: boolean }[]): void {
    this.view.dispatch({ effects: setFound.of(places) });
    const here = places.find((place) => place.isCurrent);
    if (here) this.view.dispatch({ effects: EditorView.scrollIntoView(here.from, { y: "center" }) });
  }

  insert(words: string): void {
    this.view.dispatch(this.view.state.replaceSelection(words));
  }

  destroy(): void {
    this.view.destroy();
  }

  private extensions(): Extension[] {
    const { given } = this;
    const leave = (to: "command" | "above" | "below") => () => (given.onLeave(to), true);
    const run = (then: "below" | "stay" | "insert") => () => (given.onRun(then), true);
    const keys = keymap.of([
      { key: "Shift-Enter", run: run("below") },
      { key: "Mod-Enter", run: run("stay") },
      { key: "Alt-Enter", run: run("insert") },
      ...(given.isCode ? [{ key: "Tab", run: this.tab, shift: this.shiftTab }] : []),
      { key: "ArrowUp", run: (view) => isAtEdge(view, -1) && leave("above")() },
      { key: "ArrowDown", run: (view) => isAtEdge(view, 1) && leave("below")() },
    ]);
    return [
      EditorView.cspNonce.of(given.nonce),
      keymap.of(completionKeymap),
      keys,
      keymap.of([{ key: "Escape", run: leave("command") }]),
      keymap.of([...historyKeymap, { key: "Enter", run: insertNewlineAndIndent }, { key: "Mod-/", run: toggleComment }, ...standardKeymap]),
      history(),
      EditorState.tabSize.of(4),
      indentUnit.of(INDENT),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({
        "aria-label": given.label,
        "aria-describedby": given.describedBy,
        spellcheck: String(!given.isCode),
        autocapitalize: given.isCode ? "off" : "sentences",
        autocorrect: "off",
      }),
      ...(given.isCode ? this.code() : []),
      errorLine,
      found,
      EditorView.updateListener.of((update) => {
        if (update.docChanged) given.onChange();
        if (update.focusChanged && update.view.hasFocus) given.onFocus();
      }),
    ];
  }

  private code(): Extension[] {
    return [
      pythonLanguage,
      lineNumbers(),
      syntaxHighlighting(classHighlighter),
      bracketMatching(),
      indentOnInput(),
      autocompletion({ override: [this.suggest], activateOnTyping: false, icons: false }),
    ];
  }

  /** Tab completes after a name, and indents elsewhere; Escape then Tab leaves the cell. */
  private readonly tab: Command = (view) => {
    if (completionStatus(view.state) === "active") return acceptCompletion(view);
    const { main } = view.state.selection;
    if (!main.empty) return indentMore(view);
    const before = view.state.doc.lineAt(main.from).text.slice(0, main.from - view.state.doc.lineAt(main.from).from);
    if (/[\w.)\]"']$/u.test(before)) {
      void this.completeHere(view);
      return true;
    }
    const width = INDENT.length - (before.length % INDENT.length);
    view.dispatch(view.state.replaceSelection(" ".repeat(width)), { scrollIntoView: true, userEvent: "input.indent" });
    return true;
  };

  /** Shift+Tab tells about the name before the cursor; at the head of a line it unindents. */
  private readonly shiftTab: Command = (view) => {
    const { main, ranges } = view.state.selection;
    const line = view.state.doc.lineAt(main.from);
    const before = line.text.slice(0, main.from - line.from);
    if (!main.empty || ranges.length > 1 || /^\s*$/.test(before)) return indentLess(view);
    this.given.inspect(this.text, main.from);
    return true;
  };

  /** One match is written at once, as Jupyter does; several are a list to choose from. */
  private async completeHere(view: EditorView): Promise<void> {
    const { state } = view;
    const found = await this.given.complete(this.text, state.selection.main.from);
    if (!found || view.state !== state) return;
    const [only, ...others] = found.matches;
    if (only !== undefined && !others.length) {
      const changes = { from: found.start, to: found.end, insert: only };
      view.dispatch({ changes, selection: { anchor: found.start + only.length }, userEvent: "input.complete" });
      return;
    }
    this.matches = found;
    startCompletion(view);
  }

  private readonly suggest = async (context: CompletionContext): Promise<CompletionResult | null> => {
    const found = this.matches ?? (await this.given.complete(context.state.doc.toString(), context.pos));
    this.matches = null;
    if (!found?.matches.length || context.aborted) return null;
    return { from: found.start, to: found.end, options: found.matches.map((label) => ({ label })), validFor: /^\w*$/u };
  };
}

/** Whether the cursor stands where another step leaves the cell. */
function isAtEdge(view: EditorView, direction: -1 | 1): boolean {
  const { main } = view.state.selection;
  if (!main.empty || completionStatus(view.state) !== null) return false;
  return main.head === (direction === -1 ? 0 : view.state.doc.length);
}

/** Colours a cell that is only read, without an editor. */
export function paint(element: HTMLElement, source: string): void {
  const tree = pythonLanguage.parser.parse(source);
  const fragment = document.createDocumentFragment();
  let at = 0;
  highlightTree(tree, classHighlighter, (from, to, classes) => {
    if (from > at) fragment.append(source.slice(at, from));
    const span = document.createElement("span");
    span.className = classes;
    span.textContent = source.slice(from, to);
    fragment.append(span);
    at = to;
  });
  fragment.append(source.slice(at));
  element.replaceChildren(fragment);
}
