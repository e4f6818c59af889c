import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { words } from "../api/client";
import "../ui/confirm";
import { base, buttons, fields } from "../ui/styles";
import { panel } from "./hub-style";
import { readShare } from "./messages";
import { client } from "./session";
import type { ShareWish } from "./types";

/** Only with this number is the account closed whose household was told: a reload keeps it. */
function ticketFor(id: string): string {
  const name = `opening-${id}`;
  const kept = sessionStorage.getItem(name);
  if (kept !== null) return kept;
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const made = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  sessionStorage.setItem(name, made);
  return made;
}

/** Two stewards together learn who wrote something. Their keys never come into this page. */
@customElement("nc-hub-case-envelope")
export class CaseEnvelope extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    panel,
    css`
      form {
        display: grid;
        gap: var(--space-3);
        padding-top: var(--space-3);
      }
      summary {
        padding: var(--space-2) 0;
        font-size: var(--text-s);
        cursor: pointer;
      }
      code {
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property() case = "";
  @state() private busy = false;
  @state() private told = "";
  @state() private household = "";
  @state() private problem = "";

  override render(): TemplateResult {
    return html`<details>
      <summary>Find out who wrote it</summary>
      <form @submit=${this.give}>
        <p class="small">
          Only for what must have consequences. It takes two stewards, and the public log says that
          you looked and why. Save the envelope, and open your share of it on your own machine:
        </p>
        <p class="small">
          <code>neighborcam steward --key FILE --envelope envelope.json</code>
        </p>
        <p>
          <a
            class="button"
            href=${`./api/steward/cases/${this.case}/envelope`}
            download="envelope.json"
            >Save the envelope</a
          >
        </p>
        <label>
          What it printed
          <textarea name="share" required spellcheck="false"></textarea>
        </label>
        <label>
          Why (public)
          <input name="reason" required maxlength="300" autocomplete="off" />
        </label>
        <button ?disabled=${this.busy}>Give my share</button>
        <p class="problem" role="alert">${this.problem || nothing}</p>
        <p class="hint words" role="status">${this.told}</p>
        ${this.household === "" ? nothing : this.renderHousehold()}
      </form>
    </details>`;
  }

  private renderHousehold(): TemplateResult {
    return html`<nc-confirm
      question="Delete its account for good?"
      ?disabled=${this.busy}
      @confirmed=${this.close}
      >Delete its account</nc-confirm
    >`;
  }

  private give(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    return this.doing(async () => {
      this.household = (await client.giveShare(this.case, this.said())).household;
      this.told =
        this.household === ""
          ? "Your share is kept for three days, until another steward gives theirs."
          : `It was the household ${this.household}.`;
    });
  }

  private said(): ShareWish {
    const said = new FormData(this.renderRoot.querySelector("form") ?? undefined);
    const reason = String(said.get("reason") ?? "").trim();
    const share = readShare(String(said.get("share") ?? ""));
    return { ...share, reason, ticket: ticketFor(this.case) };
  }

  private close(): Promise<void> {
    return this.doing(async () => {
      await client.closeAccount(this.case, this.said());
      this.told = `The account of ${this.household} is deleted.`;
      this.household = "";
    });
  }

  private async doing(action: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.problem = "";
    try {
      await action();
    } catch (error) {
      this.problem = words(error);
    } finally {
      this.busy = false;
    }
  }
}
