import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { Watch } from "../state/store";
import { base, buttons } from "../ui/styles";
import { agencies, agencyName } from "./agencies";
import { panel } from "./hub-style";
import { entryWords, groupOf } from "./log-entries";
import type { Logged } from "./log-store";
import { moment } from "./words";

/** One entry of the public log: its words, its index, its proof. */
@customElement("nc-hub-log-entry")
export class LogEntryItem extends LitElement {
  static override styles = [
    base,
    buttons,
    panel,
    css`
      article {
        display: grid;
        grid-template-columns: 5.5ch minmax(0, 1fr);
        gap: var(--space-1) var(--space-3);
        padding: var(--space-3) 0;
        border-top: 1px solid var(--line);
      }
      :host([aimed]) article {
        margin: 0 calc(-1 * var(--space-3));
        padding: var(--space-3);
        border-radius: var(--radius-m);
        background: var(--accent-soft);
      }
      .index {
        color: var(--ink-soft);
        font-size: var(--text-s);
        line-height: 1.6;
        text-align: end;
        text-decoration: none;
      }
      a.index:hover {
        text-decoration: underline;
      }
      .what {
        display: grid;
        gap: var(--space-1);
        min-width: 0;
      }
      .technical .what {
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 0 var(--space-3);
      }
      .technical .what > :not(h3, .when) {
        grid-column: 1 / -1;
      }
      .technical .when {
        grid-row: 1;
        grid-column: 2;
      }
      .technical h3 {
        font-size: var(--text-s);
        font-weight: 400;
      }
      @media (max-width: 640px) {
        article {
          grid-template-columns: 3.2ch minmax(0, 1fr);
        }
      }
      summary {
        width: fit-content;
        padding: var(--space-1) 0;
        color: var(--ink-soft);
        font-size: var(--text-s);
        cursor: pointer;
      }
      pre {
        max-height: 320px;
        margin: var(--space-1) 0 var(--space-2);
        padding: var(--space-3);
        overflow: auto;
        border-radius: var(--radius-s);
        background: var(--surface-sunk);
        font-size: var(--text-xs);
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) logged!: Logged;
  /** Names of agencies may come after the log. */
  private readonly agencies = new Watch(this, agencies);
  /** The address names it. */
  @property({ type: Boolean, reflect: true }) aimed = false;

  override render(): TemplateResult {
    const { index, entry } = this.logged;
    const { title, lines } = entryWords(entry, (id) => agencyName(id, this.agencies.value));
    return html`<article class=${groupOf(entry)} aria-labelledby="title">
      <a class="index numbers" href=${`./#log=${index}`} aria-label=${`Entry ${index}`}>${index}</a>
      <div class="what">
        <h3 id="title" class="words">${title}</h3>
        ${lines.map((line) => html`<p class="small words">${line}</p>`)}
        <p class="when small soft"><time datetime=${entry.at}>${moment(entry.at)}</time></p>
        <details>
          <summary>The entry itself, and its proof</summary>
          <pre tabindex="0" aria-label="The entry itself">${JSON.stringify(entry, null, 1)}</pre>
          <p class="row">
            <a class="button" href=${`./api/log/${index}`} download=${`entry-${index}.json`}>Entry</a>
            <a class="button" href=${`./api/log/${index}/proof`} download=${`entry-${index}.tlog-proof`}
              >Proof<span class="hidden-visually"> of entry ${index}</span></a
            >
          </p>
        </details>
      </div>
    </article>`;
  }
}
