// The editors come after the page: what runs cells does not wait for them.

type Editors = typeof import("./editor.ts");

let loaded: Editors | null = null;
let loading: Promise<Editors> | null = null;

/** The editors, if they are there already. */
export function editors(): Editors | null {
  return loaded;
}

export function loadEditors(): Promise<Editors> {
  loading ??= import("./editor.ts").then((found) => (loaded = found));
  return loading;
}
