import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { words } from "../api/client";
import "../ui/confirm";
import { base, buttons, fields } from "../ui/styles";
import { renewalSubject, restorationSubject, signedMoment } from "./approval-subjects";
import { panel } from "./hub-style";
import { provePasskey } from "./passkey";
import { announcement, client } from "./session";
import type { Agency } from "./types";
import { moment, plural } from "./words";

const YEAR_MS = 365 * 86_400_000;

/** An agency of the log, for stewards: suspend, restore, renew. Fires `decided`. */
@customElement("nc-hub-agency")
export class AgencyCard extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    panel,
    css`
      article,
      form {
        display: grid;
        gap: var(--space-3);
      }
    `,
  ];

  @property({ attribute: false }) agency!: Agency;
  @state() private busy = false;
  @state() private problem = "";

  override render(): TemplateResult {
    const { name, standing, until, notice_until, owes, objections, enough } = this.agency;
    const about: Readonly<Record<Agency["standing"], string>> = {
      announced: `Members may object until ${moment(notice_until)}; ${objections} of ${enough} did.`,
      member: `May ask until ${moment(until)}.`,
      vetoed: "The members keep it out.",
      suspended: "May not ask.",
    };
    return html`<article class="panel" aria-labelledby="title">
      <div class="row">
        <h3 id="title">${name}</h3>
        <span class="badge push">${standing}</span>
      </div>
      <p class="small soft">${about[standing]} ${owes.length === 0 ? nothing : `It owes ${plural(owes.length, "account", "accounts")}.`}</p>
      ${standing === "member" ? [this.renderSuspension(), this.renderRenewal()] : nothing}
      ${standing === "suspended" ? this.renderRestoration() : nothing}
      <p class="problem" role="alert">${this.problem || nothing}</p>
    </article>`;
  }

  private renderSuspension(): TemplateResult {
    return html`<details>
      <summary>Suspend it</summary>
      <form @submit=${this.suspend}>
        <label>Why (public)
          <select name="reason">
            <option value="terms">It broke the Terms of Asking</option>
            <option value="complaints">Complaints were upheld</option>
          </select></label>
        <label>What happened (public) <textarea name="fact" required maxlength="300"></textarea></label>
        <div class="row"><button class="danger" ?disabled=${this.busy}>Suspend it now</button></div>
      </form>
    </details>`;
  }

  private renderRestoration(): TemplateResult {
    return html`<form @submit=${this.restore}>
      <label>Why it may ask again (public; the second steward writes the same)
        <textarea name="fact" required maxlength="300"></textarea></label>
      <div class="row"><button ?disabled=${this.busy}>Restore it with your passkey</button></div>
    </form>`;
  }

  private renderRenewal(): TemplateResult {
    const day = new Date(Date.now() + YEAR_MS).toISOString().slice(0, 10);
    return html`<details>
      <summary>Renew it</summary>
      <form @submit=${this.renew}>
        <label>Until (the second steward chooses the same day)
          <input type="date" name="day" required .value=${day} max=${day} /></label>
        <div class="row"><button ?disabled=${this.busy}>Renew it with your passkey</button></div>
      </form>
    </details>`;
  }

  private suspend(event: SubmitEvent): Promise<void> {
    const said = spoken(event);
    return this.doing(() =>
      client.suspend(this.agency.id, said("reason"), said("fact")).then(() => true),
    );
  }

  private restore(event: SubmitEvent): Promise<void> {
    const fact = spoken(event)("fact");
    return this.doing(async () => {
      const subject = await restorationSubject(this.agency, fact);
      const options = await client.approvalOptions("restoration", subject);
      return (await client.restore(this.agency.id, fact, await provePasskey(options))).done;
    });
  }

  private renew(event: SubmitEvent): Promise<void> {
    const until = signedMoment(`${spoken(event)("day")}T00:00:00Z`);
    return this.doing(async () => {
      const options = await client.approvalOptions(
        "renewal",
        await renewalSubject(this.agency, until),
      );
      return (await client.renew(this.agency.id, until, await provePasskey(options))).done;
    });
  }

  private async doing(action: () => Promise<boolean>): Promise<void> {
    this.busy = true;
    this.problem = "";
    try {
      const done = await action();
      announcement.value = done ? "Done." : "One of two stewards.";
      if (!done) this.problem = "One of two: now another steward does the same.";
      this.dispatchEvent(new CustomEvent("decided"));
    } catch (error) {
      this.problem = words(error);
    } finally {
      this.busy = false;
    }
  }
}

function spoken(event: SubmitEvent): (name: string) => string {
  event.preventDefault();
  const form = new FormData(event.target as HTMLFormElement);
  return (name) => String(form.get(name) ?? "").trim();
}
