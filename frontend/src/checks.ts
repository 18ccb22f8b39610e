// « Vérifier »: the visible tests of an exercise against the live kernel, result beside it.

import { announce } from "./announce.ts";
import { find, icon, inCode, make, need } from "./dom.ts";
import type { Memory } from "./memory.ts";
import type { Notebook } from "./notebook.ts";
import { compared } from "./told.ts";
import type { Runner } from "./runner.ts";
import type { Exercise, Frame, TestShown } from "./types.ts";
import { count, say } from "./words.ts";

const TONES: Record<string, [string, string]> = {
  passed: ["ok", "check"],
  partial: ["warn", "half"],
  failed: ["warn", "redo"],
  "not-run": ["calm", "dot"],
};

export class Checks {
  private readonly asked = new Map<string, string[]>();

  constructor(
    private readonly notebook: () => Notebook,
    private readonly runner: Runner,
    private readonly exercises: readonly Exercise[],
    private readonly root: HTMLElement,
    private readonly memory: Memory,
  ) {
    root.addEventListener("click", (event) => {
      const pressed = (event.target as Element).closest<HTMLElement>("[data-check]");
      if (pressed) this.check(pressed.dataset["check"] ?? null);
    });
  }

  /** Asks the kernel for the visible tests of one exercise, or of all. */
  check(exercise: string | null): void {
    const id = this.runner.kernel.newId();
    const sources: Record<string, string> = {};
    for (const cell of this.notebook().cells) if (cell.runs && cell.place !== "locked") sources[cell.id] = cell.source;
    if (!this.runner.kernel.send({ type: "check", id, exercise, sources })) {
      announce(say("check.no-kernel"));
      this.each(exercise, (bar) => this.write(bar, "not-run", say("check.no-kernel"), []));
      return;
    }
    const wanted = this.exercises.filter((one) => one.has_tests && (exercise === null || one.id === exercise));
    this.asked.set(id, wanted.map((one) => one.id));
    this.each(exercise, (bar) => {
      bar.setAttribute("aria-busy", "true");
      need(".wb-check-state", bar).replaceChildren(icon("clock"), say("check.running"));
    });
    announce(say("check.running"));
  }

  receive(frame: Frame): void {
    if (frame.type === "checked" && frame.exercise) this.onResult(frame.exercise, frame);
    if (frame.type === "done" && frame.id) this.onDone(frame);
  }

  /** Exercises whose answers are not what was last checked. */
  unchecked(): Exercise[] {
    return this.exercises.filter((one) => one.has_tests && !this.memory.knows(`checked:${one.id}`, this.answers(one)));
  }

  /** The text of all answers. */
  all(): string {
    return this.exercises.map((one) => this.answers(one)).join();
  }

  private onResult(id: string, frame: Frame): void {
    const exercise = this.exercises.find((one) => one.id === id);
    const bar = this.bar(id);
    if (!exercise || !bar) return;
    this.memory.note(`checked:${id}`, this.answers(exercise));
    const outcome = frame.outcome ?? "not-run";
    this.write(bar, outcome, frame.message ?? "", frame.tests ?? []);
    if ([...this.asked.values()].some((wanted) => wanted.length > 1)) return;
    const first = frame.tests?.find((test) => test.outcome !== "passed");
    announce([`${exercise.title} :`, say(`outcome.${outcome}`), first?.message || frame.message || ""].join(" ").trim());
  }

  private onDone(frame: Frame): void {
    const wanted = this.asked.get(frame.id ?? "");
    if (!wanted) return;
    this.asked.delete(frame.id ?? "");
    for (const id of wanted) {
      const bar = this.bar(id);
      if (bar?.getAttribute("aria-busy") === "true") this.write(bar, "not-run", frame.message || say("check.stopped"), []);
    }
    if (wanted.length > 1) {
      const passed = wanted.filter((id) => this.bar(id)?.dataset["outcome"] === "passed").length;
      announce(say("check.all-done", { passed, total: wanted.length }));
    }
  }

  private write(bar: HTMLElement, outcome: string, message: string, tests: readonly TestShown[]): void {
    bar.removeAttribute("aria-busy");
    bar.dataset["outcome"] = outcome;
    const [tone, picture] = TONES[outcome] ?? ["calm", "dot"];
    const state = make("span", { class: `state state-${tone}` }, icon(picture), say(`outcome.${outcome}`));
    need(".wb-check-state", bar).replaceChildren(state);
    const result = need(".wb-check-result", bar);
    result.replaceChildren();
    if (message) result.append(make("p", {}, message));
    const passed = tests.filter((test) => test.outcome === "passed").length;
    if (passed) result.append(make("p", { class: "wb-check-passed" }, count("check.passed", passed)));
    for (const test of tests) if (test.outcome !== "passed") result.append(shown(test));
    result.hidden = !result.childElementCount;
  }

  private each(exercise: string | null, act: (bar: HTMLElement) => void): void {
    for (const one of this.exercises) {
      const bar = exercise === null || one.id === exercise ? this.bar(one.id) : null;
      if (bar && one.has_tests) act(bar);
    }
  }

  private bar(id: string): HTMLElement | null {
    return find(`[data-exercise="${CSS.escape(id)}"]`, this.root);
  }

  /** The text of an exercise's answers, beside what was received: a new statement is another one. */
  private answers(exercise: Exercise): string {
    return JSON.stringify(exercise.answers.map(({ id, stub }) => [stub, this.notebook().cell(id)?.source ?? ""]));
  }
}

function shown(test: TestShown): HTMLElement {
  const element = make("div", { class: "wb-test" });
  const { comparison } = test;
  if (test.message && comparison?.has_message !== false) element.append(make("p", { class: "wb-test-message" }, ...inCode(test.message)));
  if (comparison) element.append(...compared(comparison));
  if (test.explanation) element.append(make("p", { class: "wb-explanation" }, ...inCode(test.explanation)));
  if (test.traceback) {
    const trace = make("pre", { class: "wb-text", tabindex: 0 }, test.traceback);
    element.append(make("details", {}, make("summary", {}, say("outputs.traceback")), trace));
  }
  if (!element.childElementCount) element.append(make("p", {}, say(`outcome.${test.outcome}`)));
  return element;
}
