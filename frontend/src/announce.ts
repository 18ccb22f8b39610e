// What screen readers are told: politely, and no more than one message at a time.

const PAUSE_MS = 200;

let region: HTMLElement | null = null;
let waiting: string[] = [];
let timer = 0;

export function announceIn(element: HTMLElement): void {
  region = element;
}

/** Has a sentence read; what comes in the same moment is read with it, once. */
export function announce(text: string): void {
  if (!waiting.includes(text)) waiting.push(text);
  clearTimeout(timer);
  timer = window.setTimeout(() => {
    if (region) region.textContent = waiting.slice(-3).join(" ");
    waiting = [];
  }, PAUSE_MS);
}
