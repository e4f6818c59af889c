import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { AlertComment } from "../api/neighbours";
import { announcement, client, scope } from "../state/session";
import { base, buttons, fields } from "../ui/styles";
import { Doing } from "./doing";
import "./report";
import { when } from "./request-words";
import { neighbourly } from "./style";
import { ago } from "./words";

interface Line extends AlertComment {
  /** Written here and not heard back from the hub. */
  readonly isFresh?: boolean;
}

/** What stands below an alert, oldest first; and a line of this home's own. */
@customElement("nc-alert-comments")
export class AlertComments extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    neighbourly,
    css`
      ul {
        display: grid;
        gap: var(--space-3);
        padding-inline-start: var(--space-3);
        border-inline-start: 2px solid var(--line);
      }
      li button {
        min-height: 32px;
        padding: 0 var(--space-2);
        font-size: var(--text-xs);
      }
      form.row {
        flex-wrap: nowrap;
        margin-top: var(--space-3);
      }
    `,
  ];

  @property() alert = "";
  @state() private lines: readonly Line[] | null = null;
  @state() private reporting = "";
  private readonly doing = new Doing(this);

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("alert"))
      void this.doing.run(async () => {
        this.lines = await client.comments(this.alert);
      });
  }

  override render(): TemplateResult {
    return html`
      ${this.doing.problem === "" ? nothing : html`<p class="notice" role="alert">${this.doing.problem}</p>`}
      ${this.lines === null ? nothing : this.renderLines(this.lines)}
      ${
        scope.value === "admin"
          ? html`<form class="row" @submit=${this.comment}>
              <input name="text" aria-label="Comment" placeholder="Say what you know" maxlength="500" required autocomplete="off" />
              <button ?disabled=${this.doing.busy}>Send</button>
            </form>`
          : nothing
      }
    `;
  }

  private renderLines(lines: readonly Line[]): TemplateResult {
    if (lines.length === 0) return html`<p class="soft small">Nobody has written below it.</p>`;
    return html`<ul role="list" aria-label="Comments">
      ${lines.map((line) => this.renderLine(line))}
    </ul>`;
  }

  private renderLine(line: Line): TemplateResult {
    const acts = scope.value === "admin" && !line.mine;
    return html`<li>
      <p class="words">${line.text}</p>
      <div class="row small soft">
        <time datetime=${line.at} title=${when(line.at)}>${ago(Date.parse(line.at), Date.now())}</time>
        ${line.isFresh ? "(yours, on its way)" : line.mine ? "(yours)" : nothing}
        ${acts ? html`<button class="plain" aria-expanded=${this.reporting === line.id} @click=${() => this.report(line.id)}>Report</button>` : nothing}
      </div>
      ${
        this.reporting === line.id
          ? html`<nc-report .alert=${this.alert} .comment=${line.id} what="this comment" @done=${() => (this.reporting = "")}></nc-report>`
          : nothing
      }
    </li>`;
  }

  private report(id: string): void {
    this.reporting = this.reporting === id ? "" : id;
  }

  private async comment(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const text = String(new FormData(form).get("text") ?? "").trim();
    await this.doing.run(async () => {
      await client.comment(this.alert, text);
      form.reset();
      const own = { id: text, text, at: new Date().toISOString(), mine: true, isFresh: true };
      this.lines = [...(this.lines ?? []), own];
      announcement.value = "Sent";
    });
  }
}
