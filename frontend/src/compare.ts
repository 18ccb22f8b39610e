// Two states of the same notebook, side by side: only the cells that differ.

import { make } from "./dom.ts";
import { placeOf, type Exercise, type WireCell } from "./types.ts";
import { say } from "./words.ts";

export interface Difference {
  mine: WireCell | null;
  other: WireCell | null;
}

/** Returns the cells that are not the same in both, in their order. */
export function differences(mine: readonly WireCell[], other: readonly WireCell[]): Difference[] {
  const others = new Map(other.map((cell) => [cell.id, cell]));
  const found: Difference[] = [];
  for (const cell of mine) {
    const match = others.get(cell.id) ?? null;
    others.delete(cell.id);
    if (placeOf(cell) !== "locked" && match?.source !== cell.source) found.push({ mine: cell, other: match });
  }
  for (const cell of others.values()) if (placeOf(cell) !== "locked") found.push({ mine: null, other: cell });
  return found;
}

/** Shows them in two columns, each with its words. */
export function sideBySide(
  found: readonly Difference[],
  words: { mine: string; other: string },
  exercises: readonly Exercise[],
): HTMLElement {
  const list = make("div", { class: "wb-compare" });
  for (const { mine, other } of found) {
    const cell = mine ?? other;
    const title = exercises.find((exercise) => exercise.answers.some(({ id }) => id === cell?.id))?.title;
    const group = make("div", { class: "wb-pair", role: "group", "aria-label": title ?? say("label.own-short") });
    group.append(make("h3", {}, title ?? say("label.own-short")), side(words.mine, mine), side(words.other, other));
    list.append(group);
  }
  return list;
}

/** Keeps what is mine, with the other's text below each answer that differs, as plain text. */
export function both(mine: readonly WireCell[], found: readonly Difference[], newId: () => string): WireCell[] {
  const others = new Map(found.filter((one) => one.mine && one.other).map((one) => [one.mine?.id, one.other]));
  const alone = found.filter((one) => !one.mine).map((one) => one.other as WireCell);
  const kept: WireCell[] = [];
  for (const cell of mine) {
    kept.push(cell);
    const other = others.get(cell.id);
    if (other) kept.push(asNote(other, newId()));
  }
  return [...kept, ...alone];
}

/** A text cell does not run, so that the two answers do not overwrite each other. */
function asNote(cell: WireCell, id: string): WireCell {
  const fence = "`".repeat(Math.max(3, ...(cell.source.match(/`+/g) ?? []).map((run) => run.length + 1)));
  const source = cell.cell_type === "code" ? `${fence}python\n${cell.source}\n${fence}` : cell.source;
  return { id, cell_type: "markdown", source: `**${say("conflict.other")}**\n\n${source}`, metadata: { garrigue: { own: true } } };
}

function side(name: string, cell: WireCell | null): HTMLElement {
  const shown = cell ? make("pre", { tabindex: 0 }, cell.source || say("compare.empty")) : make("p", {}, say("compare.none"));
  return make("div", {}, make("h4", {}, name), shown);
}
