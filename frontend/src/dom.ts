// Small tools to make and find elements.

import { say } from "./words.ts";

type Child = Node | string;

/** Makes an element; attributes that are `true` stand without value, `false` are left out. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string | number | boolean> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children);
  return made;
}

/** Returns the element that must be there. */
export function need<T extends HTMLElement = HTMLElement>(selector: string, within: ParentNode = document): T {
  const found = within.querySelector<T>(selector);
  if (!found) throw new Error(`The page has no ${selector}.`);
  return found;
}

export function find<T extends HTMLElement = HTMLElement>(selector: string, within: ParentNode = document): T | null {
  return within.querySelector<T>(selector);
}

/** A small picture of the page's sprite. */
export function icon(name: string): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** What stands between backticks is code. */
export function inCode(text: string): Child[] {
  return text.split("`").map((part, number) => (number % 2 ? make("code", {}, part) : part));
}

export function button(label: string, picture: string, onClick: () => void, kind = "quiet"): HTMLButtonElement {
  const made = make("button", { type: "button", class: kind }, icon(picture), label);
  made.addEventListener("click", onClick);
  return made;
}

/** Reads HTML that the site cleaned; nothing in it runs. */
export function cleanHtml(html: string): DocumentFragment {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  for (const image of parsed.querySelectorAll<HTMLImageElement>("img:not([alt])")) image.alt = say("prose.picture");
  const fragment = document.createDocumentFragment();
  fragment.append(...parsed.body.childNodes);
  return fragment;
}
