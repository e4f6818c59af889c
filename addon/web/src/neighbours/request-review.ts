import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { words } from "../api/client";
import type { AnswerWish, MadeClip, Review, Viewpoint } from "../api/requests";
import { cameraName } from "../state/home";
import { announcement, client, home } from "../state/session";
import { base, buttons, fields } from "../ui/styles";
import "./clip-maker";
import "./given-answer";
import { clipWords, spaced, stateWord, when, windowWords } from "./request-words";
import "./sketch";
import { neighbourly } from "./style";

const ASK_EVERY_MS = 20_000;

/** One request: what is asked, what this home has, what it answers, what became of that. */
@customElement("nc-request-review")
export class RequestReview extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    neighbourly,
    css`
      .rights {
        padding: var(--space-4);
        border: 2px solid currentColor;
        border-radius: var(--radius-m);
      }
      .done {
        padding: var(--space-3) var(--space-4);
        border-radius: var(--radius-m);
        background: var(--accent-soft);
        font-size: var(--text-s);
      }
      .answer {
        display: grid;
        gap: var(--space-4);
      }
    `,
  ];

  @property() request = "";
  @state() private review: Review | null = null;
  @state() private viewpoints: readonly Viewpoint[] = [];
  @state() private clips: readonly { made: MadeClip; address: string }[] = [];
  @state() private problem = "";
  @state() private done = "";
  @state() private working = false;
  private clock = 0;

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("request")) void this.doing(() => this.load());
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // Receipts come at no moment that the engine would tell: that would tell the decision.
    this.clock = window.setInterval(() => {
      if (!document.hidden && !this.working) void this.load().catch(() => {});
    }, ASK_EVERY_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.clearInterval(this.clock);
    this.drop();
  }

  override render(): TemplateResult {
    const { review } = this;
    return html`<div class="stack">
      ${this.problem === "" ? nothing : html`<p class="notice" role="alert">${this.problem}</p>`}
      ${this.done === "" ? nothing : html`<p class="done" role="status">${this.done}</p>`}
      ${review === null ? nothing : this.renderReview(review)}
    </div>`;
  }

  private renderReview(review: Review): TemplateResult {
    const { request } = review;
    return html`
      <h3>${request.agency} asks about ${spaced(request.offence)}</h3>
      ${this.renderRights()}
      ${this.renderFacts(review)}
      <nc-sketch .area=${request.area} .viewpoints=${this.viewpoints.map((each) => ({ ...each, camera: cameraName(home.value, each.camera) }))}></nc-sketch>
      ${request.state === "open" ? this.renderDecision(review) : html`<p>This request is ${stateWord(request.state)}. Nothing leaves any more.</p>`}
      ${review.answers.length === 0 ? nothing : html`<h4>What you answered</h4>`}
      ${repeat(
        review.answers,
        ({ id }) => id,
        (each) => html`<nc-given-answer
          .request=${this.request}
          .answer=${each}
          ?pin=${review.pin_needed}
          @changed=${(event: CustomEvent<string>) => this.changed(event.detail)}
        ></nc-given-answer>`,
      )}
    `;
  }

  private renderRights(): TemplateResult {
    return html`<section class="rights" aria-label="Your rights">
      <p><b>This is voluntary.</b> Refusing, or not answering, has no effect on you. Nobody learns that
        you looked, that you have a camera, or that you said no. You need give no reason. A clip shows
        where it was taken from. If an officer asks you for more, ask for an order of a court.</p>
    </section>`;
  }

  private renderFacts(review: Review): TemplateResult {
    const { request, agency } = review;
    const rows: [string, string][] = [
      ["What", request.what],
      ["Why here", request.necessity],
      ["Already tried", review.tried.map(spaced).join(", ")],
      ["When it was", windowWords(request)],
      ["Area", `${review.area_km2.toFixed(2)} km²`],
      ["Would help", review.media_wanted.join(", ")],
      ["Case", request.case_ref],
      ["Signed by", `${request.officer} and ${review.supervisor}`],
      ["Agency", `${agency.name} (${agency.domain}), ${agency.requests} in the log, ${agency.overdue} overdue`],
      ["Contact", review.contact],
      ["Clips are kept", `${review.retention_days} days at most`],
      ["Open until", when(request.expires)],
      ["Public log", `entry ${review.log_index}, ${review.witnesses} witnesses`],
      ["Outcome", spaced(review.outcome)],
      ["Deletion", spaced(review.deletion)],
    ];
    return html`<dl>
      ${rows.filter(([, value]) => value !== "").map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}
    </dl>`;
  }

  private renderDecision(review: Review): TemplateResult {
    return html`
      ${review.declined ? html`<p>You declined. You may still change your mind.</p>` : nothing}
      ${review.muted ? html`<p>Such requests are not shown from the next one on. This one stays in the list until it ends: were it gone, the list would tell your decision.</p>` : nothing}
      <h4>What your cameras recorded</h4>
      ${review.proposals.length === 0 ? html`<p class="soft">Nothing that was asked for.</p>` : review.proposals.map(
              (each) => html`<nc-clip-maker .request=${review.request} .proposal=${each}
                @made=${(event: CustomEvent<MadeClip>) => this.look(event.detail)}></nc-clip-maker>`,
            )}
      ${this.clips.map(({ made, address }) => this.renderClip(made, address))}
      <form class="card answer" aria-label="Your answer" @submit=${(event: SubmitEvent) => this.answer(event)}>
        <label>Words to the agency
          <textarea name="text" maxlength="1000" rows="3"></textarea>
        </label>
        <label>How to reach you, only if you want that
          <input name="contact" maxlength="200" autocomplete="off" />
        </label>
        <label class="switch">
          <input type="checkbox" role="switch" name="holds" />
          <span>hold the original recordings here as evidence<span class="hint">They stay past every limit, until you let them go.</span></span>
        </label>
        ${review.pin_needed ? html`<label>PIN <input name="pin" type="password" required autocomplete="off" /></label>` : nothing}
        <div class="row">
          <button class="primary" name="answer" value="approve" ?disabled=${this.working || this.clips.length === 0}>Approve these clips</button>
          <button name="answer" value="tip" ?disabled=${this.working}>Send words only</button>
        </div>
        <p class="soft small">It leaves with this home's next capsule, at a moment that was drawn before you decided.</p>
      </form>
      <div class="row">
        <button @click=${() => this.say({ answer: "decline", confirm: true }, "You declined; nobody is told")}>Decline</button>
        <button class="plain" @click=${() => this.say({ answer: "mute", confirm: true, mutes: "agency" }, "Muted")}>Mute this agency</button>
        <button class="plain" @click=${() => this.say({ answer: "mute", confirm: true, mutes: "offence" }, "Muted")}>Mute ${spaced(review.request.offence)}</button>
      </div>
    `;
  }

  private renderClip(made: MadeClip, address: string): TemplateResult {
    return html`<figure class="card">
      ${made.kind === "clip" ? html`<video src=${address} controls muted playsinline aria-label="The clip that would leave"></video>` : html`<img src=${address} alt="The picture that would leave" />`}
      <figcaption class="soft small">These exact bytes would leave: ${clipWords(made)}</figcaption>
      <div class="row"><button class="plain" @click=${() => this.leaveOut(made.id)}>Leave it out</button></div>
    </figure>`;
  }

  private async load(): Promise<void> {
    [this.review, this.viewpoints] = await Promise.all([
      client.review(this.request),
      client.viewpoints(),
    ]);
  }

  private async look(made: MadeClip): Promise<void> {
    await this.doing(async () => {
      const address = await client.madeClip(this.request, made.id);
      this.clips = [...this.clips.filter((each) => each.made.id !== made.id), { made, address }];
    });
  }

  private leaveOut(id: string): void {
    for (const { made, address } of this.clips) if (made.id === id) URL.revokeObjectURL(address);
    this.clips = this.clips.filter(({ made }) => made.id !== id);
  }

  private async answer(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const text = (name: string): string => String(form.get(name) ?? "").trim();
    const chosen = (event.submitter as HTMLButtonElement | null)?.value === "tip" ? "tip" : "approve";
    const wish: AnswerWish = {
      answer: chosen,
      confirm: true,
      contact: text("contact"),
      holds_originals: form.has("holds"),
      clips: chosen === "approve" ? this.clips.map(({ made }) => made.id) : [],
      ...(text("text") === "" ? {} : { text: text("text") }),
      ...(text("pin") === "" ? {} : { pin: text("pin") }),
    };
    await this.say(wish, "Your answer waits for this home's next capsule");
  }

  private say(wish: AnswerWish, said: string): Promise<void> {
    return this.doing(async () => {
      await client.answer(this.request, wish);
      this.drop();
      await this.load();
      announcement.value = said;
    });
  }

  /** Something was said about an answer: tell it, and what became of that. */
  private async changed(said: string): Promise<void> {
    await this.doing(() => this.load());
    this.done = said;
  }

  private drop(): void {
    for (const { address } of this.clips) URL.revokeObjectURL(address);
    this.clips = [];
  }

  private async doing(action: () => Promise<void>): Promise<void> {
    this.problem = this.done = "";
    this.working = true;
    try {
      await action();
    } catch (error) {
      this.problem = words(error);
    } finally {
      this.working = false;
    }
  }
}
