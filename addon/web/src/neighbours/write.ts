import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { Problem, words } from "../api/client";
import {
  type AlertPreview,
  type AlertScope,
  CATEGORIES,
  CERTAINTIES,
  SEVERITIES,
  type Severity,
  URGENCIES,
} from "../api/neighbours";
import { announcement, client } from "../state/session";
import { Watch } from "../state/store";
import { categoryIcon } from "../ui/category-icon";
import { base, buttons, fields } from "../ui/styles";
import { choices } from "./choices";
import "./picture-choice";
import { fromLocal, toLocal } from "./request-words";
import { neighbourly } from "./style";
import { categoryWord, certaintyWord, iconOf, severityWord, urgencyWord } from "./words";
import "./write-preview";
import { BLANK, type Chosen, draftOf, withCategory, type Writing, writing } from "./writing";

export const SCOPES: Readonly<Record<AlertScope, string>> = {
  region: "Members in this area",
  hub: "All members of the hub",
  public: "Everybody, members or not",
};
const LASTS: Readonly<Record<string, string>> = { 2: "2 hours", 24: "a day", 168: "a week", 720: "30 days" };
const ADVICE_AFTER_MS = 600;

/** Write an alert: what happened first; then exactly what would leave; then it goes. Fires `sent`. */
@customElement("nc-write-alert")
export class WriteAlert extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    neighbourly,
    css`
      form {
        display: grid;
        gap: var(--space-5);
      }
      .counted {
        display: flex;
        justify-content: space-between;
        gap: var(--space-2);
      }
      .three {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 200px), 1fr));
        gap: var(--space-4);
        align-items: start;
      }
      .go {
        position: sticky;
        bottom: calc(-1 * var(--dialog-padding, var(--space-5)));
        padding: var(--space-3) 0;
        background: var(--surface);
      }
    `,
  ];

  private readonly writing = new Watch<Writing>(this, writing);
  @state() private problem = "";
  @state() private field = "";
  @state() private working = false;
  @state() private preview: AlertPreview | null = null;
  @state() private advice: AlertPreview["advice"] = [];
  private thinking = 0;
  private asked = 0;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.clearTimeout(this.thinking);
  }

  override firstUpdated(): void {
    this.think();
  }

  override render(): TemplateResult {
    return html`
      ${this.problem === "" ? nothing : html`<p class="notice" role="alert">${this.problem}</p>`}
      ${
        this.preview === null
          ? this.renderForm(this.writing.value)
          : html`<nc-write-preview
              .preview=${this.preview}
              .chosen=${this.writing.value.chosen}
              .readers=${SCOPES[this.writing.value.scope]}
              .working=${this.working}
              @back=${() => (this.preview = null)}
              @send=${this.send}
            ></nc-write-preview>`
      }
    `;
  }

  private renderForm(now: Writing): TemplateResult {
    return html`<form @submit=${this.look}>
      ${choices(
        "category",
        "What is it?",
        CATEGORIES.map((value) => ({
          value,
          word: categoryWord(value),
          sign: categoryIcon(iconOf(value), 18),
        })),
        now.category,
        (category) => this.say(withCategory(writing.value, category)),
      )}
      ${this.renderLine("headline", "What happened?", 80, "What was done or seen, not who somebody looked like")}
      ${this.renderText("text", "More", 1000)}
      ${this.renderAdvice()}
      ${choices("urgency", "How soon must neighbours act?", URGENCIES.map((value) => ({ value, word: urgencyWord(value) })), now.urgency, (urgency) => this.set({ urgency }))}
      ${this.renderLine("instruction", "What should they do?", 300, "Close your windows")}
      ${choices("certainty", "How sure are you?", CERTAINTIES.map((value) => ({ value, word: certaintyWord(value) })), now.certainty, (certainty) => this.set({ certainty }))}
      <nc-picture-choice
        .chosen=${now.chosen}
        @choose=${(event: CustomEvent<readonly Chosen[]>) => this.set({ chosen: event.detail })}
      ></nc-picture-choice>
      <div class="three">${this.renderDetails(now)}</div>
      <div class="row go">
        <button class="primary" ?disabled=${this.working}>See what would leave</button>
        <button type="button" class="plain push" @click=${() => this.say(BLANK)}>Clear</button>
      </div>
    </form>`;
  }

  private renderDetails(now: Writing): TemplateResult {
    const select = (name: "severity" | "scope" | "expires_in_h", label: string, offered: readonly [string, string][]) =>
      html`<label>${label}
        <select name=${name} @change=${(event: Event) => this.set({ [name]: chosenIn(event, name) })}>
          ${offered.map(([value, word]) => html`<option value=${value} ?selected=${value === String(now[name])}>${word}</option>`)}
        </select>
      </label>`;
    return html`
      ${select("severity", "How grave is it?", SEVERITIES.map((each): [Severity, string] => [each, severityWord(each)]))}
      <label>When did it happen?
        <input type="datetime-local" name="onset" max=${toLocal(new Date().toISOString()).slice(0, 16)}
          .value=${now.onset === null ? "" : toLocal(now.onset).slice(0, 16)}
          @change=${(event: Event) => this.set({ onset: momentIn(event) })} />
        <span class="hint">Empty: now. Neighbours are told the quarter of an hour.</span>
      </label>
      ${select("scope", "Who may read it?", Object.entries(SCOPES))}
      ${select("expires_in_h", "How long does it hold?", Object.entries(LASTS))}
    `;
  }

  private renderLine(name: "headline" | "instruction", label: string, most: number, example: string): TemplateResult {
    const value = this.writing.value[name];
    return html`<label>
      <span class="counted">${label} ${left(value, most)}</span>
      <input name=${name} maxlength=${most} ?required=${name === "headline"} autocomplete="off" placeholder=${example}
        aria-invalid=${this.field === name} .value=${value}
        @input=${(event: Event) => this.write(name, (event.target as HTMLInputElement).value)} />
    </label>`;
  }

  private renderText(name: "text", label: string, most: number): TemplateResult {
    const value = this.writing.value[name];
    return html`<label>
      <span class="counted">${label} ${left(value, most)}</span>
      <textarea name=${name} maxlength=${most} rows="4" aria-invalid=${this.field === name} .value=${value}
        @input=${(event: Event) => this.write(name, (event.target as HTMLTextAreaElement).value)}></textarea>
    </label>`;
  }

  private renderAdvice(): TemplateResult {
    return html`<div role="status" aria-label="Advice">
      ${this.advice.length === 0 ? nothing : html`<ul class="advice">${this.advice.map(({ text }) => html`<li>${text}</li>`)}</ul>`}
    </div>`;
  }

  private write(name: "headline" | "text" | "instruction", value: string): void {
    this.set({ [name]: value, ...(name === "headline" ? { ownHeadline: value !== "" } : {}) });
    this.think();
  }

  private set(change: Partial<Writing>): void {
    this.say({ ...writing.value, ...change });
  }

  private say(next: Writing): void {
    writing.value = next;
    if (next === BLANK) this.advice = [];
  }

  /** Ask, once a person pauses, what to reconsider; nothing leaves this home by it. */
  private think(): void {
    window.clearTimeout(this.thinking);
    const { headline, text, instruction } = writing.value;
    if (`${headline}${text}${instruction}`.trim() === "") {
      this.advice = [];
      return;
    }
    this.thinking = window.setTimeout(async () => {
      this.asked += 1;
      const turn = this.asked;
      const now = { ...writing.value, chosen: [], category: writing.value.category || ("info" as const) };
      const draft = draftOf({ ...now, onset: null, headline: headline.trim() || "…" });
      const found = draft === null ? null : await client.preview(draft).catch(() => null);
      if (turn === this.asked) this.advice = found?.advice ?? [];
    }, ADVICE_AFTER_MS);
  }

  private async look(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const draft = draftOf(writing.value);
    if (draft === null) {
      this.problem = "The picture is not made yet. Wait for it, or leave it out.";
      return;
    }
    await this.doing(async () => {
      this.preview = await client.preview(draft);
      announcement.value = "This would leave. Look at it, then send it.";
      await this.updateComplete;
      this.scrollIntoView({ block: "start" });
    });
  }

  private async send(): Promise<void> {
    const draft = draftOf(writing.value);
    if (draft === null) return;
    await this.doing(async () => {
      await client.publish(draft);
      this.say(BLANK);
      announcement.value = "On its way to the hub";
      this.dispatchEvent(new CustomEvent("sent"));
    });
  }

  private async doing(action: () => Promise<void>): Promise<void> {
    this.problem = this.field = "";
    this.working = true;
    try {
      await action();
    } catch (error) {
      this.problem = words(error);
      this.field = error instanceof Problem ? (error.field ?? "") : "";
    } finally {
      this.working = false;
    }
  }
}

const left = (value: string, most: number): TemplateResult | typeof nothing =>
  value.length < most * 0.7 ? nothing : html`<span class="hint numbers">${most - value.length} left</span>`;

function chosenIn(event: Event, name: string): string | number {
  const { value } = event.target as HTMLSelectElement;
  return name === "expires_in_h" ? Number(value) : value;
}

function momentIn(event: Event): string | null {
  const { value } = event.target as HTMLInputElement;
  return value === "" ? null : fromLocal(value);
}
