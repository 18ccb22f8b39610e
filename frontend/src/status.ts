// What the page says of itself: the kernel's state, the draft's, and what should be read.

import { announce } from "./announce.ts";
import { button, find, icon, make, need } from "./dom.ts";
import type { SaveState } from "./drafts.ts";
import type { Frame, KernelState } from "./types.ts";
import { say } from "./words.ts";

const TONES: Record<KernelState, string> = {
  connecting: "calm",
  starting: "calm",
  waiting: "info",
  idle: "ok",
  busy: "busy",
  restarting: "calm",
  dead: "warn",
  culled: "calm",
  offline: "warn",
  "signed-out": "warn",
  refused: "warn",
};

/** States that are worth a word aloud; the others pass too often. */
const SAID = new Set<KernelState>(["waiting", "dead", "culled", "offline", "signed-out", "refused", "restarting"]);

/** A blink of being busy, or of saving, is not shown. */
const CALM_MS = 250;

export class Status {
  private timer = 0;
  private kernel: KernelState = "connecting";

  constructor(
    private readonly kernelChip: HTMLElement,
    private readonly saveChip: HTMLElement,
    private readonly notices: HTMLElement,
    private readonly interrupt: HTMLButtonElement,
    private readonly signIn: string,
  ) {}

  showKernel(state: KernelState, frame: Frame): void {
    const before = this.kernel;
    this.kernel = state;
    clearTimeout(this.timer);
    const words = say(`kernel.${state}`, { position: frame.position ?? "" });
    const write = () => {
      this.kernelChip.className = `wb-chip wb-chip-${TONES[state]}`;
      need(".wb-chip-words", this.kernelChip).textContent = words;
      this.kernelChip.dataset["state"] = state;
      this.interrupt.disabled = state !== "busy";
    };
    if (state === "busy" || (before === "busy" && state === "idle")) this.timer = window.setTimeout(write, CALM_MS);
    else write();
    if (before !== state && SAID.has(state)) announce(words);
    if (before === "offline" && state !== "connecting" && !SAID.has(state)) announce(say("said.back"));
    if (state === "waiting" || state === "refused") this.notice(state, frame.message || words);
    else {
      this.unnotice("waiting");
      this.unnotice("refused");
    }
    if (state === "idle" || state === "busy") this.unnotice("warning");
  }

  showSaved(state: SaveState, message: string): void {
    const words = message || say(`save.${state}`);
    const shown = need(".wb-chip-words", this.saveChip);
    const isNews = this.saveChip.dataset["state"] !== state;
    this.saveChip.dataset["state"] = state;
    const tone = state === "saved" ? "ok" : state === "saving" || state === "waiting" ? "calm" : "warn";
    this.saveChip.className = `wb-chip wb-chip-${tone}`;
    shown.textContent = words;
    if (!isNews) return;
    if (state === "signed-out") this.notice("save", words, { label: say("action.sign-in"), act: () => window.open(this.signIn, "_blank") });
    else if (state === "offline" || state === "refused") announce(words);
    else if (state === "saved") this.unnotice("save");
  }

  /** Shows something to read, until it is closed or no longer true. */
  notice(key: string, text: string, action?: { label: string; act: () => void }): void {
    if (!text) return;
    const before = find(`[data-notice="${key}"]`, this.notices);
    if (before?.dataset["text"] === text) return;
    before?.remove();
    const close = make("button", { type: "button", class: "quiet wb-close", "aria-label": say("action.close") }, icon("close"));
    const element = make("div", { class: "notice notice-info", "data-notice": key, "data-text": text }, icon("info"), make("div", {}, make("p", {}, text)));
    if (action) {
      const act = button(action.label, "run", () => {
        element.remove();
        action.act();
      }, "secondary");
      element.lastElementChild?.append(make("p", {}, act));
    }
    close.addEventListener("click", () => element.remove());
    element.append(close);
    this.notices.append(element);
    announce(text);
  }

  unnotice(key: string): void {
    find(`[data-notice="${key}"]`, this.notices)?.remove();
  }
}
