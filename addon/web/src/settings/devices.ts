import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { words } from "../api/client";
import type { PairingCode, Scope, TokenView } from "../api/types";
import { client } from "../state/session";
import { clock, dateName } from "../time/words";
import "../ui/confirm";
import { icon } from "../ui/icon";
import { base, buttons, fields } from "../ui/styles";

const SCOPES: Record<Scope, string> = {
  admin: "may change everything",
  viewer: "may see everything",
  stream: "live pictures only",
};

/** Who has access, how to take it away, and a code for one more device. */
@customElement("nc-devices")
export class Devices extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    css`
      :host {
        display: grid;
        gap: var(--space-3);
      }
      li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-2) var(--space-3);
        padding: var(--space-2) 0;
        border-bottom: 1px solid var(--line);
        font-size: var(--text-s);
      }
      li > span {
        display: grid;
      }
      .code {
        display: grid;
        gap: var(--space-2);
        justify-items: center;
        padding: var(--space-4);
        border-radius: var(--radius-m);
        background: var(--accent-soft);
        text-align: center;
      }
      .code b {
        font-size: 1.7rem;
        letter-spacing: 0.14em;
        user-select: all;
      }
      select {
        width: auto;
        min-height: 40px;
      }
    `,
  ];

  @state() private tokens: readonly TokenView[] = [];
  @state() private code: PairingCode | null = null;
  @state() private scope: Scope = "viewer";
  @state() private problem = "";

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
  }

  override render(): TemplateResult {
    return html`
      <ul>
        ${this.tokens.map((token) => this.renderToken(token))}
      </ul>
      <div class="row">
        <select
          aria-label="What the new device may do"
          @change=${(event: Event) =>
            (this.scope = (event.target as HTMLSelectElement).value as Scope)}
        >
          ${(["viewer", "admin", "stream"] as const).map(
            (scope) => html`<option value=${scope}>${SCOPES[scope]}</option>`,
          )}
        </select>
        <button @click=${this.pair}>${icon("plus")}Pair another device</button>
      </div>
      <div aria-live="polite">
        ${
          this.code === null
            ? nothing
            : html`<div class="code">
                <b class="numbers">${this.code.code}</b>
                <span class="small"
                  >Open this page on the other device and type the code, once, before
                  ${clock(Date.parse(this.code.expires_at))}.</span
                >
              </div>`
        }
      </div>
      ${this.problem === "" ? nothing : html`<p class="notice" role="alert">${this.problem}</p>`}
    `;
  }

  private renderToken(token: TokenView): TemplateResult {
    return html`<li>
      <span>
        <b>${token.name}</b>
        <span class="soft"
          >${SCOPES[token.scope]}, since ${dateName(Date.parse(token.created_at))}</span
        >
      </span>
      <nc-confirm
        class="push"
        question="It has to pair again."
        yes="Take access away"
        @confirmed=${() => this.revoke(token.id)}
        >Revoke</nc-confirm
      >
    </li>`;
  }

  private load(): Promise<void> {
    return this.doing(async () => {
      this.tokens = await client.tokens();
    });
  }

  private revoke(id: string): Promise<void> {
    return this.doing(async () => {
      await client.revoke(id);
      this.tokens = await client.tokens();
    });
  }

  private pair(): Promise<void> {
    return this.doing(async () => {
      this.code = await client.newPairing(this.scope);
    });
  }

  private async doing(action: () => Promise<void>): Promise<void> {
    this.problem = "";
    try {
      await action();
    } catch (error) {
      this.problem = words(error);
    }
  }
}
