import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { words } from "../api/client";
import { base, fields } from "../ui/styles";
import { panel } from "./hub-style";
import { client } from "./session";
import type { Statement } from "./types";
import { decided, moment, openedBy } from "./words";

/** What stewards decided about an alert and why, the newest last. */
@customElement("nc-hub-statements")
export class Statements extends LitElement {
  static override styles = [
    base,
    fields,
    panel,
    css`
      ol {
        display: grid;
        gap: var(--space-3);
      }
      li {
        display: grid;
        gap: var(--space-1);
        padding: var(--space-3) var(--space-4);
        border-inline-start: 3px solid var(--line-strong);
        background: var(--surface-sunk);
        border-radius: 0 var(--radius-m) var(--radius-m) 0;
      }
    `,
  ];

  @property() alert = "";
  /** Say nothing where nothing was decided. */
  @property({ type: Boolean }) quiet = false;
  @state() private found: readonly Statement[] | null = null;
  @state() private problem = "";

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("alert") && this.alert !== "") void this.load();
  }

  override render(): TemplateResult | typeof nothing {
    if (this.problem !== "") return html`<p class="problem" role="alert">${this.problem}</p>`;
    if (this.found === null) return this.quiet ? nothing : html`<p class="soft small">Loading…</p>`;
    if (this.found.length === 0)
      return this.quiet
        ? nothing
        : html`<p class="soft">
            Nothing was decided about it, or its time is over: then reasons go with it. What was
            decided stays in the public log.
          </p>`;
    return html`<ol role="list" aria-label="What stewards decided">
      ${this.found.map(
        (each) => html`<li>
          <p class="small soft">
            ${openedBy(each.opened_by)} ·
            <time datetime=${each.decided}>${moment(each.decided)}</time>
          </p>
          <p><b>${decided(each.decision)}</b></p>
          <p class="words">Rule: ${each.rule}</p>
          <p class="words">It rests on: ${each.fact}</p>
        </li>`,
      )}
    </ol>`;
  }

  private async load(): Promise<void> {
    const { alert } = this;
    this.found = null;
    this.problem = "";
    try {
      const found = await client.statements(alert);
      if (alert === this.alert) this.found = found;
    } catch (error) {
      this.problem = words(error);
    }
  }
}
