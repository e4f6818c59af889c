import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { words } from "../api/client";
import { spoken } from "../ui/action";
import { base, buttons, fields } from "../ui/styles";
import "./copy-line";
import { panel } from "./hub-style";
import { client } from "./session";

/** What a steward's link is worth: who else there is may have changed since the page came. */
async function stewardHint(): Promise<string> {
  const others = (await client.hub()).stewards.length > 1;
  return `Good for 7 days${others ? ", once another steward has agreed" : ""}. Whoever opens it first can decide cases as you do.`;
}

/** Makes invites, for a household or for another steward. */
@customElement("nc-hub-steward-invites")
export class StewardInvites extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    panel,
    css`
      .panel,
      form {
        display: grid;
        gap: var(--space-3);
      }
    `,
  ];

  @state() private link = "";
  @state() private label = "";
  @state() private hint = "";
  @state() private problem = "";

  override render(): TemplateResult {
    return html`<section class="panel" aria-labelledby="title">
      <h3 id="title">Invite</h3>
      <p class="soft small">A link works once. Hand it on in person, or by a way that you trust.</p>
      <button @click=${this.household}>Invite a household</button>
      <form @submit=${this.steward}>
        <label>
          A steward's name
          <input name="name" required maxlength="40" autocomplete="off" />
          <span class="hint">It stands in the public log for good. They give the same name.</span>
        </label>
        <button>Invite a steward</button>
      </form>
      ${
        this.link === ""
          ? nothing
          : html`<nc-hub-copy .label=${this.label} .text=${this.link}></nc-hub-copy>
              <p class="hint">${this.hint}</p>`
      }
      <p class="problem" role="alert">${this.problem || nothing}</p>
    </section>`;
  }

  private household(): Promise<void> {
    return this.make(client.inviteHousehold, "Invite for a household", () => "Good for 30 days.");
  }

  private async steward(event: SubmitEvent): Promise<void> {
    const name = spoken(event)("name");
    await this.make(() => client.inviteSteward(name), "Invite for a steward", stewardHint);
  }

  private async make(
    ask: () => Promise<{ link: string }>,
    label: string,
    hint: () => string | Promise<string>,
  ): Promise<void> {
    this.problem = "";
    try {
      const { link } = await ask();
      this.hint = await hint();
      this.link = link;
      this.label = label;
    } catch (error) {
      this.link = "";
      this.problem = words(error);
    }
  }
}
