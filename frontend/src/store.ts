// The browser's own store: unsent work waits here, and leaves once the site has it.

import type { WireCell } from "./types.ts";

export interface Kept {
  base: number;
  cells: WireCell[];
  at: number;
}

const DATABASE = "garrigue";
const TABLE = "brouillons";

export class Store {
  private database: Promise<IDBDatabase> | null = null;

  /** Drafts of one person in one notebook: machines are shared. */
  constructor(private readonly key: string) {}

  async get(): Promise<Kept | null> {
    return (await this.act<Kept | undefined>("readonly", (table) => table.get(this.key))) ?? null;
  }

  async put(kept: Kept): Promise<boolean> {
    return (await this.act("readwrite", (table) => table.put(kept, this.key))) !== null;
  }

  async remove(): Promise<void> {
    await this.act("readwrite", (table) => table.delete(this.key));
  }

  /** Returns null where the browser keeps nothing, as some private windows do. */
  private async act<T>(mode: IDBTransactionMode, what: (table: IDBObjectStore) => IDBRequest<T>): Promise<T | null> {
    try {
      this.database ??= open();
      const transaction = (await this.database).transaction(TABLE, mode, { durability: "relaxed" });
      const request = what(transaction.objectStore(TABLE));
      return await new Promise<T>((done, fail) => {
        transaction.oncomplete = () => done(request.result);
        transaction.onabort = transaction.onerror = () => fail(transaction.error);
      });
    } catch {
      this.database = null;
      return null;
    }
  }
}

function open(): Promise<IDBDatabase> {
  return new Promise((done, fail) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(TABLE);
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
}
