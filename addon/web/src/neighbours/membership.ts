import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { words } from "../api/client";
import { CATEGORIES, type Category, SEVERITIES, type Severity, type Wishes } from "../api/neighbours";
import { announcement, client } from "../state/session";
import "../ui/confirm";
import { base, buttons, fields } from "../ui/styles";
import { categoryWord, severityWord } from "./words";

/** Quiet hours are those of the clock on this wall, in summer and in winter. */
const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** What this home wants to hear, invites for neighbours, and leaving. */
@customElement("nc-membership")
export class Membership extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    css`
      .kinds {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(150px, 1fr));
        gap: var(--space-1);
      }
      .link {
        overflow-wrap: anywhere;
      }
    `,
  ];

  @state() private wishes: Wishes | null = null;
  @state() private problem = "";
  @state() private link = "";
  @state() private stuck = false;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.doing(async () => {
      this.wishes = await client.wishes();
    });
  }

  override render(): TemplateResult {
    return html`<div class="stack">
      ${this.problem === "" ? nothing : html`<p class="notice" role="alert">${this.problem}</p>`}
      ${this.wishes === null ? nothing : this.renderWishes(this.wishes)}
      <section class="stack">
        <h3>Invite a neighbour</h3>
        <p class="soft small">Five in 90 days. Whoever has the link can join once.</p>
        <div class="row"><button @click=${this.invite}>Make an invite</button></div>
        ${this.link === "" ? nothing : html`<p class="link small">${this.link}</p>`}
      </section>
      <section class="stack">
        <h3>Leave</h3>
        <p class="soft small">
          Your alerts are taken back, the account at the hub and everything about sharing in this
          engine are deleted.
        </p>
        <nc-confirm question="Leave the hub?" yes="Yes, leave"
          @confirmed=${() => this.leave(false)}
        >Leave the hub</nc-confirm>
        ${this.stuck ? this.renderStuck() : nothing}
      </section>
    </div>`;
  }

  private renderStuck(): TemplateResult {
    return html`<p class="soft small">
        The hub did not take part. Forget it here anyway, and everything about sharing in this
        engine is deleted; the hub keeps the account, and your alerts until they run out.
      </p>
      <nc-confirm question="Forget the hub though it does not know?" yes="Yes, forget it here"
        @confirmed=${() => this.leave(true)}
      >Forget it here anyway</nc-confirm>`;
  }

  private renderWishes(wishes: Wishes): TemplateResult {
    const elsewhere = wishes.quiet_from !== null && wishes.zone !== HERE;
    return html`<form class="stack" @submit=${this.save}>
      <h3>What this home wants to hear</h3>
      <label>Within how many metres
        <input name="radius" type="number" min="100" max="30000" step="100" required .value=${String(wishes.radius_m)} />
      </label>
      <label>From which severity on
        <select name="severity">
          ${SEVERITIES.map((each) => html`<option value=${each} ?selected=${each === wishes.least_severity}>${severityWord(each)}</option>`)}
        </select>
      </label>
      <fieldset>
        <legend class="small">Not these</legend>
        <div class="kinds">
          ${CATEGORIES.map((each) => html`<label class="row small"><input type="checkbox" name="muted" value=${each} ?checked=${wishes.muted.includes(each)} />${categoryWord(each)}</label>`)}
        </div>
      </fieldset>
      <label class="row small"><input type="checkbox" name="agencies" ?checked=${wishes.agencies} />Alerts of agencies, such as police and fire brigade</label>
      <div class="row">
        <label>Quiet from <input name="from" type="time" .value=${wishes.quiet_from ?? ""} /></label>
        <label>until <input name="until" type="time" .value=${wishes.quiet_until ?? ""} /></label>
      </div>
      <p class="soft small">
        Dangers to life come at night too, and that an alert was none.
        ${elsewhere ? `These hours are those of ${wishes.zone}; saving makes them hours of ${HERE}.` : nothing}
      </p>
      <div class="row"><button class="primary">Save</button></div>
    </form>`;
  }

  private async save(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const hour = (name: string): string | null => String(form.get(name) ?? "") || null;
    await this.doing(async () => {
      this.wishes = await client.wish({
        radius_m: Number(form.get("radius")),
        least_severity: String(form.get("severity")) as Severity,
        agencies: form.has("agencies"),
        muted: form.getAll("muted").map(String) as Category[],
        quiet_from: hour("from"),
        quiet_until: hour("until"),
        zone: HERE,
      });
    }, "Saved");
  }

  private async leave(anyway: boolean): Promise<void> {
    await this.doing(() => client.leave(anyway), "This home has left the hub");
    this.stuck = this.problem !== "";
  }

  private invite(): Promise<void> {
    return this.doing(async () => {
      this.link = (await client.inviteNeighbour()).link;
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
