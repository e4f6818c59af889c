import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { CATEGORIES, type Category, SEVERITIES, type Severity, type Wishes } from "../api/neighbours";
import { client } from "../state/session";
import { spoken } from "../ui/action";
import { categoryIcon } from "../ui/category-icon";
import { base, buttons, fields } from "../ui/styles";
import { Doing } from "./doing";
import { neighbourly } from "./style";
import { categoryWord, iconOf, severityWord } from "./words";

/** Quiet hours are those of the clock on this wall, in summer and in winter. */
const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** What this home wants to hear: how far, how grave, which kinds, and not at night. */
@customElement("nc-wishes")
export class WishesForm extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    neighbourly,
    css`
      form {
        display: grid;
        gap: var(--space-4);
      }
      .muted:has(:checked) {
        border-color: var(--line-strong);
        background: var(--surface-sunk);
        color: var(--ink-soft);
        text-decoration: line-through;
      }
    `,
  ];

  @state() private wishes: Wishes | null = null;
  private readonly doing = new Doing(this);

  override connectedCallback(): void {
    super.connectedCallback();
    void this.doing.run(async () => {
      this.wishes = await client.wishes();
    });
  }

  override render(): TemplateResult {
    return html`<section class="card" aria-labelledby="title">
      <h3 id="title">What this home wants to hear</h3>
      ${this.doing.problem === "" ? nothing : html`<p class="notice" role="alert">${this.doing.problem}</p>`}
      ${this.wishes === null ? nothing : this.renderForm(this.wishes)}
    </section>`;
  }

  private renderForm(wishes: Wishes): TemplateResult {
    const elsewhere = wishes.quiet_from !== null && wishes.zone !== HERE;
    return html`<form @submit=${this.save}>
      <div class="pair">
        <label>Within how many metres
          <input name="radius" type="number" min="100" max="30000" step="100" required .value=${String(wishes.radius_m)} />
        </label>
        <label>From which severity on
          <select name="severity">
            ${SEVERITIES.map((each) => html`<option value=${each} ?selected=${each === wishes.least_severity}>${severityWord(each)}</option>`)}
          </select>
        </label>
      </div>
      <fieldset>
        <legend>Not these</legend>
        <div class="chips">
          ${CATEGORIES.map(
            (each) => html`<label class="chip muted small">
              <input type="checkbox" name=${`muted ${each}`} .checked=${wishes.muted.includes(each)} />
              ${categoryIcon(iconOf(each), 16)}${categoryWord(each)}
            </label>`,
          )}
        </div>
      </fieldset>
      <label class="switch">
        <input type="checkbox" role="switch" name="agencies" .checked=${wishes.agencies} />
        <span>Alerts of agencies, such as police and fire brigade</span>
      </label>
      <div class="pair">
        <label>Quiet from <input name="from" type="time" .value=${wishes.quiet_from ?? ""} /></label>
        <label>until <input name="until" type="time" .value=${wishes.quiet_until ?? ""} /></label>
      </div>
      <p class="hint">
        Dangers to life come at night too, and that an alert was none.
        ${elsewhere ? `These hours are those of ${wishes.zone}; saving makes them hours of ${HERE}.` : nothing}
      </p>
      <div class="row"><button class="primary" ?disabled=${this.doing.busy}>Save</button></div>
    </form>`;
  }

  private async save(event: SubmitEvent): Promise<void> {
    const said = spoken(event);
    const muted = CATEGORIES.filter((each): each is Category => said(`muted ${each}`) !== "");
    await this.doing.tell(async () => {
      this.wishes = await client.wish({
        radius_m: Number(said("radius")),
        least_severity: said("severity") as Severity,
        agencies: said("agencies") !== "",
        muted,
        quiet_from: said("from") || null,
        quiet_until: said("until") || null,
        zone: HERE,
      });
    }, "Saved");
  }
}
