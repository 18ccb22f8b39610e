// The words of the page come from its catalogue, which the site translates: none stands here.

let catalogue: Record<string, string> = {};

export function setWords(words: Record<string, string>): void {
  catalogue = words;
}

/** Returns the sentence of that name, with `{name}` replaced by the values given. */
export function say(name: string, values: Record<string, string | number> = {}): string {
  const text = catalogue[name] ?? name;
  return text.replace(/\{(\w+)\}/g, (whole, key: string) => String(values[key] ?? whole));
}

/** The same for what is counted: `name.one` or `name.other`. */
export function count(name: string, number: number): string {
  const isOne = new Intl.PluralRules(document.documentElement.lang).select(number) === "one";
  return say(isOne ? `${name}.one` : `${name}.other`, { n: number });
}
