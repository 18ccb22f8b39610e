// Autosave: first into the browser's store, then to the site; nothing is lost on the way.

import type { Notebook } from "./notebook.ts";
import { ask, SiteError } from "./site.ts";
import { Store, type Kept } from "./store.ts";
import { placeOf, type Draft, type Page, type WireCell } from "./types.ts";

const KEEP_MS = 400;
const SAVE_MS = 1000;
const OUTPUTS_MS = 4000;
const RETRY_MS = 5000;
const MAX_KEEPALIVE = 60_000;

export type SaveState = "saved" | "saving" | "waiting" | "offline" | "signed-out" | "conflict" | "refused";

export interface DraftsHear {
  state: (state: SaveState, message: string) => void;
  /** Two versions stand against each other; resolves once the learner has chosen. */
  conflict: (mine: WireCell[], other: Draft) => Promise<WireCell[]>;
  /** The site has something newer than this page, which has nothing unsent. */
  replaced: (draft: Draft) => void;
}

export class Drafts {
  base: number;
  state: SaveState = "saved";
  private readonly store: Store;
  private edits = 0;
  private savedEdits = 0;
  private keepTimer = 0;
  private saveTimer = 0;
  private outputsTimer = 0;
  private sending: Promise<void> | null = null;

  constructor(
    private readonly notebook: () => Notebook,
    private readonly page: Page,
    private readonly hears: DraftsHear,
  ) {
    this.base = page.draft.version;
    this.store = new Store(`${page.person}:${page.urls.draft}`);
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.leave();
      else void this.look();
    });
    addEventListener("pagehide", () => this.leave());
    addEventListener("online", () => void this.flush());
  }

  get isSaved(): boolean {
    return this.edits === this.savedEdits;
  }

  /** Takes up what an earlier visit could not send. */
  async begin(): Promise<void> {
    const kept = await this.store.get();
    if (!kept) return;
    if (sameText(kept.cells, this.page.draft.cells)) {
      await this.store.remove();
      return;
    }
    if (kept.base !== this.page.draft.version) {
      await this.resolve(kept.cells, this.page.draft);
      return;
    }
    this.notebook().load(kept.cells);
    this.touch();
  }

  /** Says that something was written. */
  touch(): void {
    this.edits++;
    if (this.state === "saved") this.become("waiting");
    this.keepTimer ||= window.setTimeout(() => void this.keep(), KEEP_MS);
    if (!this.sending) this.saveTimer ||= window.setTimeout(() => void this.flush(), SAVE_MS);
  }

  /** Says that cells gave something: saved with the next change, or after a while. */
  touchOutputs(): void {
    clearTimeout(this.outputsTimer);
    this.outputsTimer = window.setTimeout(() => {
      if (this.isSaved) this.touch();
    }, OUTPUTS_MS);
  }

  /** Sends what is not sent; resolves once the site has it, or could not be reached. */
  async flush(): Promise<void> {
    clearTimeout(this.saveTimer);
    this.saveTimer = 0;
    if (this.sending) await this.sending;
    if (this.isSaved || this.state === "conflict") return;
    this.sending = this.send().finally(() => (this.sending = null));
    await this.sending;
  }

  /** Starts from another version that the site has made the latest. */
  take(draft: Draft): void {
    this.base = draft.version;
    this.notebook().load(draft.cells);
    this.savedEdits = this.edits;
    this.become("saved");
    void this.store.remove();
  }

  private async send(): Promise<void> {
    const edits = this.edits;
    const cells = this.notebook().toWire("new");
    const withOutputs = this.notebook().cells.filter((cell) => cell.hasNewOutputs);
    this.become("saving");
    try {
      const saved = await ask<{ version: number }>(this.page.urls.draft, "PUT", { base: this.base, cells });
      this.base = saved.version;
      this.savedEdits = edits;
      for (const cell of withOutputs) cell.hasNewOutputs = false;
      await this.sent();
    } catch (error) {
      await this.failed(error, cells);
    }
  }

  private async sent(): Promise<void> {
    if (this.isSaved) {
      clearTimeout(this.keepTimer);
      this.keepTimer = 0;
      await this.store.remove(); // on a shared machine, nothing stays behind
      if (this.isSaved) this.become("saved");
      return;
    }
    this.become("waiting");
    this.saveTimer ||= window.setTimeout(() => void this.flush(), SAVE_MS);
  }

  private async failed(error: unknown, cells: WireCell[]): Promise<void> {
    void this.keep();
    if (error instanceof SiteError && error.kind === "stale") {
      await this.resolve(cells, error.body as unknown as Draft);
      return;
    }
    if (error instanceof SiteError && error.status === 401) this.become("signed-out");
    else if (error instanceof SiteError && error.status < 500) this.become("refused", error.message);
    else this.become(navigator.onLine ? "waiting" : "offline");
    this.saveTimer ||= window.setTimeout(() => void this.flush(), RETRY_MS);
  }

  private async resolve(mine: WireCell[], other: Draft): Promise<void> {
    if (sameText(mine, other.cells)) {
      this.base = other.version;
      this.savedEdits = this.edits;
      await this.sent();
      return;
    }
    this.become("conflict");
    const chosen = await this.hears.conflict(mine, other);
    this.base = other.version;
    this.notebook().load(chosen);
    this.edits++;
    this.become("waiting");
    this.saveTimer ||= window.setTimeout(() => void this.flush(), 0);
  }

  private async keep(): Promise<void> {
    this.keepTimer = 0;
    if (this.isSaved) return;
    const kept: Kept = { base: this.base, cells: this.notebook().toWire("never"), at: Date.now() };
    await this.store.put(kept);
  }

  /** The page may be gone in a moment: one last word to the store and to the site. */
  private leave(): void {
    if (this.isSaved) return;
    void this.keep();
    if (this.sending || this.state === "conflict") return;
    const edits = this.edits;
    const body = { base: this.base, cells: this.notebook().toWire("never") };
    if (JSON.stringify(body).length > MAX_KEEPALIVE) return;
    this.sending = ask<{ version: number }>(this.page.urls.draft, "PUT", body, true)
      .then(async (saved) => {
        this.base = saved.version;
        this.savedEdits = edits;
        await this.sent();
      })
      .catch((error: unknown) => this.failed(error, body.cells))
      .finally(() => (this.sending = null));
  }

  /** Back in this tab: another one may have gone on meanwhile. */
  async look(): Promise<void> {
    if (!this.isSaved) {
      await this.flush();
      return;
    }
    try {
      const draft = await ask<Draft>(this.page.urls.draft);
      if (draft.version <= this.base || !this.isSaved) return;
      if (sameText(draft.cells, this.notebook().toWire("never"))) this.base = draft.version;
      else {
        this.take(draft);
        this.hears.replaced(draft);
      }
    } catch {
      // away from the site: the next save says so
    }
  }

  private become(state: SaveState, message = ""): void {
    this.state = state;
    this.hears.state(state, message);
  }
}

/** Whether two states of a notebook hold the same texts in the same order. */
export function sameText(one: readonly WireCell[], other: readonly WireCell[]): boolean {
  const texts = (cells: readonly WireCell[]) =>
    JSON.stringify(cells.filter((cell) => placeOf(cell) !== "locked").map((cell) => [placeOf(cell) === "own" ? cell.cell_type : cell.id, cell.source]));
  return texts(one) === texts(other);
}
