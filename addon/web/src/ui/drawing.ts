import { html, type SVGTemplateResult, type TemplateResult } from "lit";

/** Lines in a square, in the colour of the words beside them; hidden from screen readers, which read the words. */
export function drawing(lines: SVGTemplateResult | undefined, size: number): TemplateResult {
  return html`<svg
    viewBox="0 0 24 24"
    width=${size}
    height=${size}
    fill="none"
    stroke="currentColor"
    stroke-width="1.8"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
  >
    ${lines}
  </svg>`;
}
