// Jupyter's keys, while the focus stands on a cell and not in its text.

import type { Cell } from "./cell.ts";

const DOUBLE_MS = 600;

export type Act = (cell: Cell) => void;

export interface Keys {
  /** By key, as `KeyboardEvent.key` names it; two of the same for those pressed twice. */
  command: Record<string, Act>;
}

export class Shortcuts {
  private lastKey = "";
  private lastAt = 0;

  constructor(private readonly keys: Keys) {}

  /** Returns whether the key meant something. */
  press(event: KeyboardEvent, cell: Cell): boolean {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    const key = event.key.length === 1 && event.key !== "?" ? event.key.toLowerCase() : event.key;
    const isSecond = key === this.lastKey && event.timeStamp - this.lastAt < DOUBLE_MS && !event.repeat;
    this.lastKey = isSecond ? "" : key;
    this.lastAt = event.timeStamp;
    const act = this.keys.command[isSecond ? key + key : key];
    act?.(cell);
    return act !== undefined || this.keys.command[key + key] !== undefined;
  }
}

/** Whether letters typed there are text. */
export function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
}
