import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { words } from "../api/client";
import { type AlertComment, type NeighbourAlert, REACTIONS, type Reaction } from "../api/neighbours";
import { announcement, client } from "../state/session";
import "../ui/confirm";
import "../ui/picture";
import { base, buttons, fields } from "../ui/styles";
import { ago, categoryWord, reactionWord, standing } from "./words";

/** One alert: what it says, what neighbours say to it, what this home can say. */
@customElement("nc-alert-item")
export class AlertItem extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    css`
      article {
        display: grid;
        gap: var(--space-2);
        padding: var(--space-4) 0;
        border-top: 1px solid var(--line);
      }
      .text {
        white-space: pre-line;
        overflow-wrap: anywhere;
      }
      img,
      video {
        max-width: 100%;
        border-radius: var(--radius-m, 10px);
      }
      li {
        padding: var(--space-1) 0;
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) alert!: NeighbourAlert;
  @state() private problem = "";
  @state() private comments: readonly AlertComment[] | null = null;
  @state() private pictures: Readonly<Record<string, string>> = {};

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    Object.values(this.pictures).forEach(URL.revokeObjectURL);
    this.pictures = {};
  }

  override render(): TemplateResult {
    const { alert } = this;
    const cancelled = alert.msg_type === "cancel";
    const when = ago(Date.parse(alert.onset), Date.now());
    return html`<article>
      <h3>${cancelled ? "Cancelled: " : ""}${alert.headline}</h3>
      <p class="soft small">${categoryWord(alert.category)} · ${when} · ${standing(alert)}</p>
      ${alert.text === "" ? nothing : html`<p class="text">${alert.text}</p>`}
      ${alert.instruction === "" ? nothing : html`<p class="text"><strong>${alert.instruction}</strong></p>`}
      ${alert.media.map((item) => this.renderMedia(item))}
      ${this.problem === "" ? nothing : html`<p class="notice" role="alert">${this.problem}</p>`}
      ${cancelled ? nothing : this.renderActions(alert)} ${this.renderComments()}
    </article>`;
  }

  private renderMedia({ id, kind }: NeighbourAlert["media"][number]): TemplateResult {
    const address = this.pictures[id];
    if (address === undefined)
      return html`<div class="row"><button @click=${() => this.load(id)}>Show the ${kind}</button></div>`;
    return kind === "picture"
      ? html`<img src=${address} alt="Picture of this alert" />`
      : html`<video src=${address} controls muted></video>`;
  }

  private renderActions(alert: NeighbourAlert): TemplateResult {
    if (alert.mine)
      return html`<div class="row">
        <button @click=${this.toggle}>Comments (${alert.comments})</button>
        <nc-confirm question="Tell everybody that it was none?" yes="Yes, take it back"
          @confirmed=${() => this.doing(() => client.cancelAlert(alert.id), "Taken back")}
        >Take back</nc-confirm>
      </div>`;
    return html`<div class="row" role="group" aria-label="What this home says to it">
      ${REACTIONS.map(
        (reaction) => html`<button
          class=${alert.reaction === reaction ? "primary" : ""}
          aria-pressed=${alert.reaction === reaction ? "true" : "false"}
          @click=${() => this.react(reaction)}
        >${reactionWord(reaction)}</button>`,
      )}
      <button @click=${this.toggle}>Comments (${alert.comments})</button>
    </div>`;
  }

  private renderComments(): TemplateResult | typeof nothing {
    if (this.comments === null) return nothing;
    return html`<ul>
        ${this.comments.map(({ text, mine }) => html`<li>${text}${mine ? html` <span class="soft small">(yours)</span>` : ""}</li>`)}
      </ul>
      <form class="row" @submit=${this.comment}>
        <input name="text" aria-label="Comment" maxlength="500" required autocomplete="off" />
        <button>Send</button>
      </form>`;
  }

  private react(kind: Reaction): Promise<void> {
    return this.doing(() => client.react(this.alert.id, kind), reactionWord(kind));
  }

  private toggle = async (): Promise<void> => {
    if (this.comments !== null) {
      this.comments = null;
      return;
    }
    await this.doing(async () => {
      this.comments = await client.comments(this.alert.id);
    });
  };

  private async comment(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const text = String(new FormData(form).get("text") ?? "").trim();
    await this.doing(async () => {
      await client.comment(this.alert.id, text);
      form.reset();
      const own = { id: text, text, at: new Date().toISOString(), mine: true };
      this.comments = [...(this.comments ?? []), own];
    }, "Sent");
  }

  private load(id: string): Promise<void> {
    return this.doing(async () => {
      const address = await client.picture(`api/alerts/${this.alert.id}/media/${id}`);
      this.pictures = { ...this.pictures, [id]: address };
    });
  }

  private async doing(action: () => Promise<unknown>, said = ""): Promise<void> {
    this.problem = "";
    try {
      await action();
      if (said !== "") announcement.value = said;
    } catch (error) {
      this.problem = words(error);
    }
  }
}
