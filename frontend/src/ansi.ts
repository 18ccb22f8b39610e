// Terminal text: colours become classes, a carriage return writes the line anew.

const CODES = /\x1b\[([0-9;]*)m|\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])/g;
const COLOURS = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

export interface Piece {
  text: string;
  classes: string;
}

interface Style {
  colour: string;
  isBold: boolean;
  isUnderlined: boolean;
}

/** Returns the text in pieces of one look each. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  const style: Style = { colour: "", isBold: false, isUnderlined: false };
  let at = 0;
  const add = (upTo: number) => {
    const plain = text.slice(at, upTo).replace(/[\x00-\x08\x0b-\x1f\x7f]/g, "");
    if (plain) found.push({ text: plain, classes: classesOf(style) });
  };
  for (const code of text.matchAll(CODES)) {
    add(code.index);
    at = code.index + code[0].length;
    if (code[1] !== undefined) apply(style, code[1].split(";").map(Number));
  }
  add(text.length);
  return found;
}

/** Returns the text as a terminal shows it after carriage returns and backspaces. */
export function settled(text: string): string {
  if (!/[\r\x08]/.test(text)) return text;
  return text
    .replace(/\r+\n/g, "\n")
    .split("\n")
    .map((line) => (/[\r\x08]/.test(line) ? typed(line) : line))
    .join("\n");
}

function typed(line: string): string {
  const shown: string[] = [];
  let column = 0;
  for (const sign of line) {
    if (sign === "\r") column = 0;
    else if (sign === "\b") column = Math.max(0, column - 1);
    else shown[column++] = sign;
  }
  return shown.join("");
}

/** Puts the text into the element, coloured. */
export function fill(element: HTMLElement, text: string): void {
  for (const piece of pieces(settled(text))) {
    if (!piece.classes) element.append(piece.text);
    else {
      const span = document.createElement("span");
      span.className = piece.classes;
      span.textContent = piece.text;
      element.append(span);
    }
  }
}

export function plain(text: string): string {
  return pieces(settled(text))
    .map((piece) => piece.text)
    .join("");
}

function apply(style: Style, codes: number[]): void {
  for (let index = 0; index < codes.length; index++) {
    const code = codes[index] ?? 0;
    if (code === 0) Object.assign(style, { colour: "", isBold: false, isUnderlined: false });
    else if (code === 1) style.isBold = true;
    else if (code === 22) style.isBold = false;
    else if (code === 4) style.isUnderlined = true;
    else if (code === 24) style.isUnderlined = false;
    else if (code >= 30 && code <= 37) style.colour = COLOURS[code - 30] ?? "";
    else if (code >= 90 && code <= 97) style.colour = COLOURS[code - 90] ?? "";
    else if (code === 39) style.colour = "";
    else if (code === 38 || code === 48) {
      const isIndexed = codes[index + 1] === 5;
      const colour = codes[index + 2] ?? 0;
      if (code === 38) style.colour = isIndexed && colour < 16 ? (COLOURS[colour % 8] ?? "") : "";
      index += isIndexed ? 2 : 4;
    }
  }
}

function classesOf(style: Style): string {
  return [style.colour && `ansi-${style.colour}`, style.isBold && "ansi-bold", style.isUnderlined && "ansi-underline"]
    .filter(Boolean)
    .join(" ");
}
