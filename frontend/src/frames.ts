// Active outputs run in a frame of their own: an opaque origin, without network.

import { make } from "./dom.ts";

const MAX_HEIGHT_PX = 1200;
const FIRST_HEIGHT_PX = 80;

/** Says how high the content is; it is all that the page takes from a frame. */
const REPORTER = `<script>(() => {
const tell = () => parent.postMessage({ height: document.documentElement.scrollHeight }, "*");
new ResizeObserver(tell).observe(document.documentElement); addEventListener("load", tell); tell();
})()</script>`;

/** Looks of the page for what has none of its own. */
const LOOKS = `<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light">
<style>body{margin:8px;font:15px/1.5 system-ui,sans-serif;background:#fff;color:#222}</style>`;

/** Shows HTML from the kernel where it can reach neither the page nor the network. */
export function frame(address: string, html: string, title: string): HTMLIFrameElement {
  const made = make("iframe", {
    sandbox: "allow-scripts",
    src: address,
    title,
    class: "wb-frame",
    height: FIRST_HEIGHT_PX,
    referrerpolicy: "no-referrer",
  });
  let isFilled = false;
  const listen = (event: MessageEvent) => {
    if (!made.isConnected && isFilled) removeEventListener("message", listen);
    if (event.source !== made.contentWindow) return;
    if (event.data === "ready" && !isFilled) {
      isFilled = true;
      made.contentWindow?.postMessage(LOOKS + html + REPORTER, "*");
    }
    const height = (event.data as { height?: unknown } | null)?.height;
    if (typeof height === "number" && height > 0) made.height = String(Math.min(Math.ceil(height), MAX_HEIGHT_PX));
  };
  addEventListener("message", listen);
  return made;
}
