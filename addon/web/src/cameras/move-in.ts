import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { words } from "../api/client";
import type { Fate, Moved, Outcome } from "../api/types";
import { client } from "../state/session";
import { base, buttons, fields } from "../ui/styles";
import { variablesOf } from "./variables";

const FATES: Readonly<Record<Fate, string>> = {
  wrong: "Could not be read",
  changed: "Taken in another way: look at it",
  taken: "Taken",
  left: "Nothing like it here",
};

const OUTCOMES: Readonly<Record<Outcome, string>> = {
  added: "added",
  would_add: "new",
  exists: "is there already, and stays as it is",
  failed: "cannot be added",
};

/** Takes the cameras out of a configuration of Frigate, with a look at what is not the same. */
@customElement("nc-move-in")
export class MoveIn extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    css`
      :host {
        display: grid;
        gap: var(--space-3);
      }
      .report {
        display: grid;
        gap: var(--space-3);
        max-height: 320px;
        overflow: auto;
        padding: var(--space-3) var(--space-4);
        border: 1px solid var(--line);
        border-radius: var(--radius-m);
        font-size: var(--text-s);
      }
      code {
        overflow-wrap: anywhere;
        font-size: 0.95em;
      }
      li + li {
        margin-top: var(--space-1);
      }
    `,
  ];

  @state() private text = "";
  @state() private secrets: Readonly<Record<string, string>> = {};
  @state() private moved: Moved | null = null;
  @state() private busy = false;
  @state() private problem = "";

  override render(): TemplateResult {
    return html`
      <label>
        Frigate's <code>config.yml</code>
        <input type="file" accept=".yml,.yaml" ?disabled=${this.busy} @change=${this.choose} />
      </label>
      ${variablesOf(this.text).map(
        (name) => html`<label>
          ${name}
          <input
            type="password"
            autocomplete="off"
            .value=${this.secrets[name] ?? ""}
            @change=${(event: Event) => this.fill(name, (event.target as HTMLInputElement).value)}
          />
        </label>`,
      )}
      <div aria-live="polite">
        ${this.problem === "" ? nothing : html`<p class="notice" role="alert">${this.problem}</p>`}
        ${this.moved === null ? nothing : this.renderMoved(this.moved)}
      </div>
    `;
  }

  private renderMoved({ cameras, report }: Moved): TemplateResult {
    const fresh = cameras.filter(({ outcome }) => outcome === "would_add").length;
    return html`
      <div class="report" tabindex="0" role="group" aria-label="What becomes of the configuration">
        <ul class="cameras">
          ${cameras.map(({ name, outcome, text }) => html`<li><b>${name}</b> ${OUTCOMES[outcome]}${text === "" ? "" : `: ${text}`}</li>`)}
        </ul>
        ${Object.entries(FATES).map(([fate, title]) => {
          const lines = report.filter((line) => line.fate === fate);
          if (lines.length === 0 || fate === "taken") return nothing;
          return html`<section>
            <h3>${title}</h3>
            <ul>
              ${lines.map(({ where, text }) => html`<li><code>${where}</code> ${text}</li>`)}
            </ul>
          </section>`;
        })}
      </div>
      ${
        fresh === 0
          ? nothing
          : html`<button type="button" class="primary" ?disabled=${this.busy} @click=${this.add}>
              ${fresh === 1 ? "Add one camera" : `Add ${fresh} cameras`}
            </button>`
      }
    `;
  }

  private async choose(event: Event): Promise<void> {
    const file = (event.target as HTMLInputElement).files?.[0];
    if (file === undefined) return;
    this.secrets = {};
    this.text = await file.text();
    await this.ask(true);
  }

  private async fill(name: string, value: string): Promise<void> {
    this.secrets = { ...this.secrets, [name]: value };
    await this.ask(true);
  }

  private async add(): Promise<void> {
    await this.ask(false);
    if (this.moved?.cameras.every(({ outcome }) => outcome !== "failed"))
      this.dispatchEvent(new CustomEvent("done"));
  }

  private async ask(dry_run: boolean): Promise<void> {
    this.busy = true;
    this.problem = "";
    try {
      this.moved = await client.moveIn({ text: this.text, secrets: this.secrets, dry_run });
    } catch (error) {
      this.moved = null;
      this.problem = words(error);
    } finally {
      this.busy = false;
    }
  }
}
