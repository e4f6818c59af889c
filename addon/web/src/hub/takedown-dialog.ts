import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { words } from "../api/client";
import "../ui/dialog";
import { base, buttons, fields } from "../ui/styles";
import type { Shown } from "./alerts";
import "./copy-line";
import { forget, refresh } from "./feed";
import { panel } from "./hub-style";
import "./hub-media";
import { takedown } from "./messages";
import { client } from "./session";

/** Has a picture hidden at once, for anyone who is in it. Fires `close`. */
@customElement("nc-hub-takedown")
export class TakedownDialog extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    panel,
    css`
      .choice {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: var(--space-3);
        align-items: center;
      }
    `,
  ];

  @property({ attribute: false }) alert!: Shown;
  @state() private chosen = 0;
  @state() private busy = false;
  @state() private isHidden = true;
  @state() private code = "";
  @state() private problem = "";

  override render(): TemplateResult {
    return html`<nc-dialog heading="I am in this picture" footer @close=${this.leave}>
      ${this.code === "" ? this.renderForm() : this.renderDone()}
    </nc-dialog>`;
  }

  private renderForm(): TemplateResult {
    return html`
      <form id="takedown" class="stack" @submit=${this.submit}>
        <p>
          The picture is hidden at once, with the alert. A steward then decides whether it stays
          away. You need no account, and say nothing about yourself.
        </p>
        ${this.renderChoice()}
        <label>
          Reason (optional; stewards read it)
          <textarea name="reason" maxlength="300"></textarea>
        </label>
        <label>
          How to reach you (optional)
          <input name="contact" maxlength="200" autocomplete="off" />
          <span class="hint">
            Only if stewards may ask you something. It is deleted when they have decided.
          </span>
        </label>
        <p class="problem" role="alert">${this.problem || nothing}</p>
      </form>
      <div slot="footer" class="row">
        <button class="danger" ?disabled=${this.busy} @click=${this.press}>
          ${this.busy ? "Hiding…" : "Hide it now"}
        </button>
        <button class="plain" @click=${this.leave}>Leave it</button>
      </div>
    `;
  }

  private renderChoice(): TemplateResult | typeof nothing {
    const media = this.alert.media ?? [];
    if (media.length < 2) return nothing;
    return html`<fieldset class="stack">
      <legend class="small"><b>Which one?</b></legend>
      ${media.map(
        (item, at) => html`<label class="choice">
          <input
            type="radio"
            name="which"
            .checked=${at === this.chosen}
            @change=${() => (this.chosen = at)}
          />
          <nc-hub-media
            .alert=${this.alert.id}
            .item=${item}
            .alt=${`${item.kind === "clip" ? "Clip" : "Picture"} ${at + 1}`}
          ></nc-hub-media>
        </label>`,
      )}
    </fieldset>`;
  }

  private renderDone(): TemplateResult {
    return html`
      <div class="stack" role="status">
        <p>
          ${
            this.isHidden
              ? "It is hidden now. A steward looks at it; the decision will be public."
              : "Stewards were asked about this before, or very many wait for them: it can be seen until one has looked."
          }
        </p>
        <nc-hub-copy label="Your code" .text=${this.code}></nc-hub-copy>
        <p class="hint">
          Write it down: with it, and only with it, you learn
          <a href="./#takedown" @click=${this.leave}>what came of it</a>, and can appeal.
        </p>
      </div>
      <button slot="footer" class="primary" @click=${this.leave}>Good</button>
    `;
  }

  private press(): void {
    this.renderRoot.querySelector<HTMLFormElement>("#takedown")?.requestSubmit();
  }

  private async submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const item = this.alert.media?.[this.chosen];
    if (item === undefined || this.busy) return;
    const form = new FormData(event.target as HTMLFormElement);
    const [reason = "", contact = ""] = ["reason", "contact"].map((name) => String(form.get(name) ?? ""));
    this.busy = true;
    this.problem = "";
    try {
      const wish = takedown(this.alert.id, item.sha256, reason, contact);
      ({ code: this.code, hidden: this.isHidden } = await client.takeDown(wish));
      if (this.isHidden) forget(this.alert.id);
      void refresh(client, true);
    } catch (error) {
      this.problem = words(error);
    } finally {
      this.busy = false;
    }
  }

  private leave(): void {
    this.dispatchEvent(new CustomEvent("close"));
  }
}
