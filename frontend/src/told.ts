// What a failed test compared: two values side by side, then where they differ.

import { icon, make } from "./dom.ts";
import type { Comparison, Place, Side } from "./types.ts";
import { count, say } from "./words.ts";

/** Shows a comparison as the page of a submission does. */
export function compared(told: Comparison): HTMLElement[] {
  const name = `told.${told.relation === "type" || told.relation === "near" ? told.relation : "expected"}`;
  const both = make(
    "div",
    { class: "compared", role: "group", "aria-label": say("told.both") },
    side(told.expected, "check", say(name)),
    side(told.got, "redo", say("told.got")),
  );
  const parts: HTMLElement[] = [both];
  if (told.remark) parts.push(make("p", { class: "remark" }, icon("info"), make("span", {}, say(`told.remark.${told.remark}`))));
  if (told.lines.length) parts.push(lines(told));
  else if (told.differences.length) parts.push(differences(told));
  return parts;
}

function side(value: Side, picture: string, name: string): HTMLElement {
  const shown = make("div", { class: "compared-side" }, make("p", { class: "compared-name" }, icon(picture), name));
  const isText = value.kind === "text";
  if (value.text || isText) {
    const quoted = isText && !value.text.includes("\n") ? `'${value.text}'` : value.text;
    shown.append(make("pre", { tabindex: 0 }, make("code", {}, quoted + (value.is_cut ? "…" : ""))));
  }
  shown.append(make("p", { class: "compared-facts" }, ...facts(value)));
  return shown;
}

function facts(value: Side): (Node | string)[] {
  const [first = 0, second = 0] = value.shape;
  const type = make("code", {}, value.type);
  switch (value.kind) {
    case "table":
      return [say("told.table", { rows: first, columns: second })];
    case "array":
      return [type, " ", say("told.array", { shape: value.shape.join(" × "), kind: value.columns[0]?.[1] ?? "" })];
    case "sequence":
    case "mapping":
      return [type, " ", count("told.items", first)];
    case "text":
      return [type, " ", count("told.signs", first)];
    default:
      return value.type ? [type] : [];
  }
}

/** Two texts line by line: each says in words whose it is. */
function lines(told: Comparison): HTMLElement {
  const rows = told.lines.map((line) => {
    if (line.side === "left-out") return make("tr", { class: "diff-left-out" }, make("td", { colspan: 2 }, count("told.alike", line.count)));
    const name = line.side === "both" ? make("span", { class: "visually-hidden" }, say("told.same")) : say(`told.${line.side}`);
    return make("tr", { class: `diff-${line.side}` }, make("th", { scope: "row" }, name), make("td", {}, make("code", {}, line.text || " ")));
  });
  const table = make("table", {}, make("tbody", {}, ...rows));
  return make("div", { class: "diff", role: "group", tabindex: 0, "aria-label": say("told.lines") }, table);
}

function differences(told: Comparison): HTMLElement {
  const left = told.left_out ? ` – ${count("told.others", told.left_out)}` : "";
  const heads = ["told.place", "told.expected", "told.got"].map((name) => make("th", { scope: "col" }, say(name)));
  const value = (text: string, name: string) =>
    make("td", { "data-label": say(name) }, text ? make("code", {}, text) : say("told.nothing"));
  const rows = told.differences.map((each) =>
    make("tr", {}, make("th", { scope: "row" }, where(each)), value(each.expected, "told.expected"), value(each.got, "told.got")),
  );
  const table = make(
    "table",
    { class: "stacked" },
    make("caption", {}, say("told.where") + left),
    make("thead", {}, make("tr", {}, ...heads)),
    make("tbody", {}, ...rows),
  );
  return make("div", { class: "table-scroll", role: "group", tabindex: 0, "aria-label": say("told.where") }, table);
}

function where(each: Place): string {
  return say(`told.at.${each.place}`, { at: each.at, column: each.column });
}
