// Tables from the kernel, made anew from a short list of elements: never its own HTML.

import { make } from "./dom.ts";

const PARTS = new Set(["TABLE", "CAPTION", "THEAD", "TBODY", "TFOOT", "TR", "TH", "TD"]);
const AROUND = new Set(["DIV", "P", "BR", "SPAN", "B", "I", "STRONG", "EM", ...PARTS]);
const MAX_CELLS = 20_000;
const MAX_CHARACTERS = 1_000_000;

/**
 * Returns a table such as pandas writes, made of text alone; null for any other HTML.
 *
 * What it leaves out are looks (pandas' own few rules); a table that brings looks or scripts
 * of its own is not one of these.
 */
export function plainTable(html: string, label: string): HTMLElement | null {
  if (html.length > MAX_CHARACTERS || !/<table/i.test(html)) return null;
  const parsed = new DOMParser().parseFromString(html, "text/html");
  for (const style of parsed.querySelectorAll("style")) {
    if (!style.hasAttribute("scoped")) return null;
    style.remove();
  }
  const elements = [...parsed.body.querySelectorAll("*")];
  const table = parsed.querySelector("table");
  if (!table || parsed.querySelectorAll("table").length > 1 || elements.length > MAX_CELLS) return null;
  if (parsed.head.childElementCount || !elements.every((element) => AROUND.has(element.tagName))) return null;

  const made = make("div", { class: "table-scroll", tabindex: 0, role: "region", "aria-label": label }, copy(table));
  const after = [...parsed.body.querySelectorAll("p")].filter((element) => !table.contains(element));
  return make("div", { class: "wb-table" }, made, ...after.map((element) => make("p", {}, element.textContent ?? "")));
}

function copy(source: Element): HTMLElement {
  const made = document.createElement(source.tagName.toLowerCase());
  for (const name of ["colspan", "rowspan"]) {
    const value = Number(source.getAttribute(name));
    if (value > 1 && value <= 1000) made.setAttribute(name, String(value));
  }
  if (made instanceof HTMLTableCellElement && source.tagName === "TH") made.scope = source.closest("thead") ? "col" : "row";
  if (source.tagName === "TH" || source.tagName === "TD" || source.tagName === "CAPTION") {
    made.textContent = source.textContent;
  } else {
    for (const child of source.children) if (PARTS.has(child.tagName)) made.append(copy(child));
  }
  return made;
}
