import { css, html, LitElement, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { words } from "../api/client";
import { base, buttons, fields } from "../ui/styles";
import { panel } from "./hub-style";
import { client } from "./session";
import type { PublishedComment } from "./types";
import { moment, relative } from "./words";

/** What neighbours wrote below an alert, oldest first. Fires `report` with one of them. */
@customElement("nc-hub-comments")
export class Comments extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    panel,
    css`
      ul {
        display: grid;
        gap: var(--space-3);
        padding-inline-start: var(--space-3);
        border-inline-start: 2px solid var(--line);
      }
    `,
  ];

  @property() alert = "";
  @state() private found: readonly PublishedComment[] | null = null;
  @state() private problem = "";

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("alert")) void this.load();
  }

  override render(): TemplateResult {
    if (this.problem !== "") return html`<p class="problem" role="alert">${this.problem}</p>`;
    if (this.found === null) return html`<p class="soft small" role="status">Loading…</p>`;
    return html`<ul role="list" aria-label="Comments">
      ${this.found.map(
        (each) => html`<li>
          <p class="words">${each.text}</p>
          <p class="row small soft">
            <time datetime=${each.at} title=${moment(each.at)}
              >${relative(Date.parse(each.at), Date.now())}</time
            >
            <button class="plain" @click=${() => this.report(each)}>
              Report<span class="hidden-visually"> this comment</span>
            </button>
          </p>
        </li>`,
      )}
    </ul>`;
  }

  private report(detail: PublishedComment): void {
    this.dispatchEvent(new CustomEvent("report", { detail }));
  }

  private async load(): Promise<void> {
    const { alert } = this;
    try {
      const found = await client.comments(alert);
      if (alert === this.alert) this.found = found;
    } catch (error) {
      this.problem = words(error);
    }
  }
}
