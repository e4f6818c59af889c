import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { GivenAnswer } from "../api/requests";
import { client } from "../state/session";
import { spoken } from "../ui/action";
import "../ui/confirm";
import { base, buttons, fields } from "../ui/styles";
import { Doing } from "./doing";
import { clipWords, takenBackWords, timeline, when } from "./request-words";
import { neighbourly } from "./style";

/** What this home answered, and what the agency signed that it did with it. Fires `changed` with words. */
@customElement("nc-given-answer")
export class GivenAnswerItem extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    neighbourly,
    css`
      ol {
        display: grid;
        gap: var(--space-3);
        padding-inline-start: 6px;
      }
      li {
        position: relative;
        padding-inline-start: var(--space-5);
        border-inline-start: 2px solid var(--line-strong);
      }
      li::before {
        content: "";
        position: absolute;
        inset-block-start: 5px;
        inset-inline-start: -7px;
        width: 12px;
        height: 12px;
        border-radius: 50%;
        background: var(--accent);
      }
      li.waits {
        border-inline-start-style: dashed;
      }
      li.waits::before {
        border: 2px solid var(--line-strong);
        background: var(--surface);
      }
      li.asks::before {
        background: var(--motion-bright);
      }
      form {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2);
      }
      form input {
        flex: 1 1 160px;
        width: auto !important;
      }
    `,
  ];

  @property() request = "";
  @property({ attribute: false }) answer!: GivenAnswer;
  @property({ type: Boolean }) pin = false;
  private readonly doing = new Doing(this);

  override render(): TemplateResult {
    const { answer } = this;
    const what = answer.kind === "clips" ? answer.clips.map(clipWords).join("; ") : "Words";
    const isDeleted = answer.receipts.some((each) => each.what === "deleted");
    const isOver = answer.state === "revoked" || answer.state === "ended" || isDeleted;
    return html`<section class="card" aria-label="Answer">
      <h4>${what}</h4>
      ${answer.text === "" ? nothing : html`<p class="words">${answer.text}</p>`}
      ${answer.contact === "" ? nothing : html`<p class="small">They were told how to reach you: ${answer.contact}</p>`}
      <ol role="list" aria-label="What became of it">
        ${timeline(answer).map(
          ({ at, said, mark }) => html`<li class=${mark}>
            <p>${said}</p>
            ${at === null ? nothing : html`<p class="soft small"><time datetime=${at}>${when(at)}</time></p>`}
          </li>`,
        )}
      </ol>
      ${this.doing.problem === "" ? nothing : html`<p class="notice" role="alert">${this.doing.problem}</p>`}
      ${answer.receipts.some((each) => each.what === "question") && !isOver ? this.renderReply() : nothing}
      ${
        isOver
          ? nothing
          : html`<div class="row"><nc-confirm question="Take it back?" yes="Yes, take it back" @confirmed=${this.revoke}>Take it back</nc-confirm></div>`
      }
    </section>`;
  }

  private renderReply(): TemplateResult {
    return html`<form @submit=${this.reply}>
      <input name="text" required maxlength="1000" autocomplete="off" aria-label="Your reply" placeholder="Your reply; it leaves with a capsule, too" />
      ${this.pin ? html`<input name="pin" type="password" required autocomplete="off" aria-label="PIN" placeholder="PIN" />` : nothing}
      <button ?disabled=${this.doing.busy}>Reply</button>
    </form>`;
  }

  private async reply(event: SubmitEvent): Promise<void> {
    const said = spoken(event);
    const pin = this.pin ? { pin: said("pin") } : {};
    const wish = { text: said("text"), ...pin };
    if (await this.doing.run(() => client.writeAgain(this.request, this.answer.id, wish)))
      this.changed("Your reply waits for this home's next capsule.");
  }

  private async revoke(): Promise<void> {
    await this.doing.run(async () => {
      const { reach } = await client.revokeAnswer(this.request, this.answer.id);
      this.changed(takenBackWords(reach));
    });
  }

  private changed(said: string): void {
    this.dispatchEvent(new CustomEvent("changed", { detail: said }));
  }
}
