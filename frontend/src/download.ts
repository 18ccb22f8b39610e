// The notebook as a file, made here: it works away from the site too.

import { make } from "./dom.ts";
import type { Notebook } from "./notebook.ts";

export function download(notebook: Notebook, filename: string): void {
  const cells = notebook.cells.map((cell) => {
    const wire = cell.toWire("always");
    const written = { cell_type: wire.cell_type, id: wire.id, metadata: wire.metadata, source: wire.source.split(/(?<=\n)/) };
    if (wire.cell_type !== "code") return written;
    return { ...written, execution_count: cell.count, outputs: wire.outputs ?? [] };
  });
  const kernelspec = { display_name: "Python 3", language: "python", name: "python3" };
  const body = { cells, metadata: { kernelspec, language_info: { name: "python" } }, nbformat: 4, nbformat_minor: 5 };
  const address = URL.createObjectURL(new Blob([JSON.stringify(body, null, 1)], { type: "application/x-ipynb+json" }));
  make("a", { href: address, download: filename }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
