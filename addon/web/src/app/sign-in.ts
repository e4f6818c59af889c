import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { words } from "../api/client";
import { signIn } from "../state/session";
import { base, buttons, fields } from "../ui/styles";

/** Asks for a pairing code, once per device. */
@customElement("nc-sign-in")
export class SignIn extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    css`
      :host {
        display: grid;
        place-items: center;
        min-height: 100dvh;
        padding: var(--space-4);
      }
      form {
        display: grid;
        gap: var(--space-5);
        width: min(100%, 400px);
        padding: var(--space-6);
        border: 1px solid var(--line);
        border-radius: var(--radius-l);
        background: var(--surface);
        box-shadow: var(--shadow);
      }
      img {
        width: 52px;
        height: 52px;
      }
      h1 {
        margin-bottom: var(--space-2);
        font-size: var(--text-xl);
        font-weight: 650;
        letter-spacing: -0.02em;
        line-height: 1.2;
      }
      input {
        font-size: var(--text-l) !important;
        letter-spacing: 0.12em;
        text-align: center;
      }
    `,
  ];

  @property() problem = "";
  @state() private busy = false;

  override render(): TemplateResult {
    return html`<form @submit=${this.submit}>
      <img src="./icon.svg" alt="" />
      <div>
        <h1>Pair this device</h1>
        <p class="soft small">
          Type the code that the engine printed when it started, or a new one from
          <b>Settings</b> on a device that is already paired.
        </p>
      </div>
      <label>
        Pairing code
        <input
          name="code"
          required
          maxlength="32"
          autocomplete="one-time-code"
          autocapitalize="characters"
          spellcheck="false"
          aria-invalid=${this.problem !== ""}
          aria-describedby="problem"
        />
        <span id="problem" class="problem" role="alert">${this.problem || nothing}</span>
      </label>
      <button class="primary" ?disabled=${this.busy}>${this.busy ? "Pairing…" : "Pair"}</button>
    </form>`;
  }

  private async submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const code = String(new FormData(event.target as HTMLFormElement).get("code") ?? "");
    this.busy = true;
    this.problem = "";
    try {
      await signIn(code);
    } catch (error) {
      this.problem = words(error);
    } finally {
      this.busy = false;
    }
  }
}
