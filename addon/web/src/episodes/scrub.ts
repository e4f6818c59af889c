import { css, html, LitElement, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { media } from "../state/session";
import "../ui/picture";
import { base } from "../ui/styles";
import { type Grid, gridOf, tileAt } from "./sprite";

/** One picture out of an episode's preview sprite, chosen by `at` (0 … 1). */
@customElement("nc-scrub")
export class Scrub extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        overflow: hidden;
        visibility: hidden;
      }
      :host([ready]) {
        visibility: visible;
      }
      nc-picture {
        position: absolute;
        left: calc(var(--column, 0) * -100%);
        top: calc(var(--row, 0) * -100%);
        width: calc(var(--columns, 1) * 100%);
        height: calc(var(--rows, 1) * 100%);
      }
      i {
        position: absolute;
        inset: auto auto 0 0;
        width: calc(var(--at, 0) * 100%);
        height: 3px;
        background: var(--motion-bright);
      }
    `,
  ];

  @property() episode = "";
  @property({ type: Number }) at = 0;
  @state() private grid: Grid | null = null;

  override updated(_changed: PropertyValues<this>): void {
    if (this.grid === null) return;
    const { column, row } = tileAt(this.at, this.grid);
    const { columns, rows } = this.grid;
    // Through the object model: a strict content security policy forbids style attributes.
    for (const [name, value] of Object.entries({ column, row, columns, rows, at: this.at }))
      this.style.setProperty(`--${name}`, String(value));
    this.toggleAttribute("ready", true);
  }

  override render(): TemplateResult {
    return html`<nc-picture
        .path=${media.preview(this.episode)}
        @loaded=${this.loaded}
      ></nc-picture
      ><i></i>`;
  }

  private loaded(event: CustomEvent<{ width: number; height: number }>): void {
    this.grid = gridOf(event.detail.width, event.detail.height);
  }
}
