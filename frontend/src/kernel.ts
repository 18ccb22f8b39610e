// The line to the kernel: a ticket, a socket that comes back by itself, and who waits for what.

import { ask, SiteError } from "./site.ts";
import type { Frame, KernelState, Page, Ticket } from "./types.ts";

const BACK_OFF_MS = [500, 1000, 2000, 4000, 8000, 15_000];
const ANSWER_MS = 4000;
const TICKET_MARGIN_S = 10;

/** How the gateway says why it closes. */
const CLOSED_TICKET = 4001;
const CLOSED_FOR_GOOD = 4003;

export interface KernelHears {
  state: (state: KernelState, frame: Frame) => void;
  frame: (frame: Frame) => void;
  /** The line is back: whether the kernel is a new one, and whether outputs were lost. */
  welcome: (isNew: boolean, isGap: boolean) => void;
}

export class Kernel {
  state: KernelState = "connecting";
  private socket: WebSocket | null = null;
  private isWelcome = false;
  private session: string | null = null;
  private lastSeq: number | null = null;
  private attempts = 0;
  private retry = 0;
  private ticket: (Ticket & { until: number }) | null;
  private readonly answers = new Map<string, (frame: Frame | null) => void>();
  private number = 0;
  private heardAt = 0;

  constructor(
    private readonly urls: Page["urls"],
    ticket: Ticket | null,
    private readonly hears: KernelHears,
  ) {
    this.ticket = ticket && { ...ticket, until: lifetime(ticket) };
    addEventListener("online", () => this.again());
    addEventListener("offline", () => this.socket && this.drop(this.socket));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") void this.probe();
    });
  }

  get isUp(): boolean {
    return this.isWelcome && this.socket?.readyState === WebSocket.OPEN;
  }

  /** Sends, and returns whether there was a line to send it on. */
  send(frame: Record<string, unknown>): boolean {
    if (!this.isUp) return false;
    this.socket?.send(JSON.stringify(frame));
    return true;
  }

  newId(): string {
    return `${Date.now().toString(36)}-${++this.number}`;
  }

  /** Asks for completions or for a docstring; null when none comes. */
  request(type: "complete" | "inspect", source: string, cursor: number): Promise<Frame | null> {
    const id = this.newId();
    if (!this.send({ type, id, source, cursor })) return Promise.resolve(null);
    return new Promise((done) => {
      const timer = setTimeout(() => settle(null), ANSWER_MS);
      const settle = (frame: Frame | null) => {
        clearTimeout(timer);
        this.answers.delete(id);
        done(frame);
      };
      this.answers.set(id, settle);
    });
  }

  async connect(): Promise<void> {
    clearTimeout(this.retry);
    this.retry = 0;
    if (this.socket) return;
    try {
      const ticket = await this.freshTicket();
      if (!this.socket) this.open(ticket);
    } catch (error) {
      this.refused(error);
    }
  }

  /** Tries at once, where it would have waited. */
  again(): void {
    if (this.socket || this.state === "refused") return;
    this.attempts = 0;
    void this.connect();
  }

  /** After a sleep, a socket may look open and be dead: ask something, and begin anew. */
  private async probe(): Promise<void> {
    const socket = this.socket;
    if (!socket) {
      this.again();
      return;
    }
    const heard = this.heardAt;
    const answer = await this.request("complete", "", 0);
    if (!answer && this.heardAt === heard && this.socket === socket) this.drop(socket);
  }

  /** Gives a socket up without waiting for the other side to agree. */
  private drop(socket: WebSocket): void {
    socket.onclose = socket.onmessage = null;
    socket.close();
    this.closed(0);
  }

  private async freshTicket(): Promise<Ticket> {
    const kept = this.ticket;
    this.ticket = null; // each is for one connection
    if (kept && Date.now() < kept.until) return kept;
    return ask<Ticket>(this.urls.ticket, "POST");
  }

  private refused(error: unknown): void {
    if (error instanceof SiteError && error.status === 401) this.become("signed-out", { type: "status" });
    else if (error instanceof SiteError && error.status < 500 && error.status !== 429) {
      this.become("refused", { type: "status", message: error.message });
      return;
    } else this.become("offline", { type: "status" });
    this.later();
  }

  private open(ticket: Ticket): void {
    const socket = new WebSocket(ticket.url);
    this.socket = socket;
    socket.onopen = () => {
      const hello = { type: "hello", ticket: ticket.ticket, last_seq: this.lastSeq, session: this.session };
      socket.send(JSON.stringify(hello));
    };
    socket.onmessage = (event) => this.receive(JSON.parse(String(event.data)) as Frame);
    socket.onclose = (event) => this.closed(event.code);
  }

  private receive(frame: Frame & { session?: string; is_gap?: boolean }): void {
    this.heardAt = performance.now();
    if (frame.type === "welcome") {
      this.isWelcome = true;
      this.attempts = 0;
      const isSame = this.session !== null && frame.session === this.session;
      this.session = frame.session ?? null;
      this.lastSeq = frame.seq ?? null;
      this.hears.welcome(!isSame || frame.is_new === true, frame.is_gap === true);
      return;
    }
    if (frame.seq !== undefined) {
      if (this.lastSeq !== null && frame.seq <= this.lastSeq) return;
      this.lastSeq = frame.seq;
    }
    if (frame.type === "completions" || frame.type === "inspection") this.answers.get(frame.id ?? "")?.(frame);
    else if (frame.type === "status" && frame.state) this.become(frame.state, frame);
    else this.hears.frame(frame);
  }

  private closed(code: number): void {
    this.socket = null;
    this.isWelcome = false;
    for (const settle of [...this.answers.values()]) settle(null);
    if (code === CLOSED_FOR_GOOD) {
      this.become("refused", { type: "status" });
      return;
    }
    this.become("offline", { type: "status" });
    if (code === CLOSED_TICKET && this.attempts === 0) {
      this.attempts++;
      void this.connect();
    } else this.later();
  }

  private later(): void {
    const wait = BACK_OFF_MS[Math.min(this.attempts++, BACK_OFF_MS.length - 1)] ?? 0;
    clearTimeout(this.retry);
    this.retry = window.setTimeout(() => void this.connect(), wait * (0.75 + Math.random() / 2));
  }

  private become(state: KernelState, frame: Frame): void {
    this.state = state;
    this.hears.state(state, frame);
  }
}

function lifetime(ticket: Ticket): number {
  return Date.now() + (ticket.expires_s - TICKET_MARGIN_S) * 1000;
}
