import { html, nothing, type TemplateResult } from "lit";

export interface Choice<T extends string> {
  readonly value: T;
  readonly word: string;
  readonly sign?: TemplateResult;
}

/** A few choices side by side, of which one holds: each is seen, and one tap is enough. */
export function choices<T extends string>(
  name: string,
  legend: string,
  offered: readonly Choice<T>[],
  chosen: T | "",
  choose: (value: T) => void,
): TemplateResult {
  return html`<fieldset>
    <legend>${legend}</legend>
    <div class="chips">
      ${offered.map(
        ({ value, word, sign }) => html`<label class="chip small">
          <input
            type="radio"
            name=${name}
            value=${value}
            required
            .checked=${value === chosen}
            @change=${() => choose(value)}
          />
          ${sign ?? nothing}${word}
        </label>`,
      )}
    </div>
  </fieldset>`;
}
