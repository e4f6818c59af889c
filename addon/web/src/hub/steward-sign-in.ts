import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { words } from "../api/client";
import { Watch } from "../state/store";
import { base, buttons, fields } from "../ui/styles";
import { panel } from "./hub-style";
import { createPasskey, provePasskey } from "./passkey";
import { becomeSteward, client, invite } from "./session";

/** Registers a steward by an invite, or logs one in. */
@customElement("nc-hub-steward-sign-in")
export class StewardSignIn extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    panel,
    css`
      form,
      .panel {
        display: grid;
        gap: var(--space-4);
        max-width: 520px;
      }
      details {
        font-size: var(--text-s);
      }
      summary {
        padding: var(--space-2) 0;
        cursor: pointer;
      }
    `,
  ];

  private readonly invite = new Watch(this, invite);
  @state() private busy = false;
  @state() private problem = "";

  override render(): TemplateResult {
    return this.invite.value === null ? this.renderLogin() : this.renderRegistration();
  }

  private renderLogin(): TemplateResult {
    return html`<section class="panel" aria-labelledby="title">
      <h3 id="title">For stewards</h3>
      <button class="primary" ?disabled=${this.busy} @click=${this.logIn}>
        ${this.busy ? "Waiting for your passkey…" : "Log in with your passkey"}
      </button>
      <p class="problem" role="alert">${this.problem || nothing}</p>
    </section>`;
  }

  private renderRegistration(): TemplateResult {
    return html`<form class="panel" aria-labelledby="title" @submit=${this.register}>
      <h3 id="title">You are invited to be a steward</h3>
      <label>
        Name
        <input name="name" required maxlength="40" autocomplete="nickname" />
        <span class="hint">Everybody can read it: it stands below your decisions.</span>
      </label>
      <details>
        <summary>Key for envelopes (optional)</summary>
        <label>
          Recipient of age
          <input name="recipient" maxlength="4000" autocomplete="off" spellcheck="false" />
          <span class="hint">
            <code>neighborcam steward --key FILE</code> makes a key and prints this. With it you and another steward together can open who wrote something. It cannot be
            added later.
          </span>
        </label>
      </details>
      <button class="primary" ?disabled=${this.busy}>
        ${this.busy ? "Waiting for your passkey…" : "Become a steward with a passkey"}
      </button>
      <p class="problem" role="alert">${this.problem || nothing}</p>
      <button type="button" class="plain" @click=${() => (invite.value = null)}>
        I am a steward already
      </button>
    </form>`;
  }

  private register(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const said = new FormData(event.target as HTMLFormElement);
    const name = String(said.get("name") ?? "").trim();
    const recipient = String(said.get("recipient") ?? "").trim();
    const code = this.invite.value ?? "";
    return this.doing(async () => {
      const passkey = await createPasskey(await client.registration(code, name));
      return client.register(code, name, recipient, passkey);
    });
  }

  private logIn(): Promise<void> {
    return this.doing(async () => client.logIn(await provePasskey(await client.loginOptions())));
  }

  private async doing(action: () => Promise<{ name: string }>): Promise<void> {
    this.busy = true;
    this.problem = "";
    try {
      becomeSteward((await action()).name);
    } catch (error) {
      this.problem = words(error);
    } finally {
      this.busy = false;
    }
  }
}
