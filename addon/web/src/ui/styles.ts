import { css } from "lit";

/** What every component shares: controls, type, focus. */
export const base = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  :host {
    display: block;
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  h1,
  h2,
  h3,
  p,
  ul,
  ol,
  figure,
  fieldset {
    margin: 0;
    padding: 0;
    border: 0;
  }
  ul,
  ol {
    list-style: none;
  }
  h2 {
    font-size: var(--text-l);
    font-weight: 620;
    letter-spacing: -0.01em;
    line-height: 1.3;
  }
  h3 {
    font-size: var(--text-m);
    font-weight: 600;
    line-height: 1.35;
  }
  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }
  .soft {
    color: var(--ink-soft);
  }
  .small {
    font-size: var(--text-s);
  }
  .numbers {
    font-variant-numeric: tabular-nums;
  }
  /* What somebody wrote keeps its lines, and breaks anywhere rather than leave its box. */
  .words {
    overflow-wrap: anywhere;
    white-space: pre-line;
  }
  .hidden-visually {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .row {
    display: flex;
    align-items: center;
    gap: var(--space-2);
    flex-wrap: wrap;
  }
  .stack {
    display: grid;
    gap: var(--space-4);
  }
  .push {
    margin-inline-start: auto;
  }
`;

export const buttons = css`
  button,
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: var(--space-2);
    min-height: 40px;
    padding: 0 var(--space-4);
    border: 1px solid transparent;
    border-radius: var(--radius-full);
    background: var(--surface-sunk);
    color: var(--ink);
    font: 550 var(--text-s) / 1 var(--font);
    text-decoration: none;
    white-space: nowrap;
    cursor: pointer;
    transition:
      background var(--quick),
      border-color var(--quick);
  }
  button:hover:not(:disabled),
  .button:hover {
    background: color-mix(in srgb, var(--surface-sunk) 88%, var(--ink));
  }
  button:disabled {
    opacity: 0.55;
    cursor: default;
  }
  button.primary {
    background: var(--accent);
    color: var(--accent-ink);
  }
  button.primary:hover:not(:disabled) {
    background: color-mix(in srgb, var(--accent) 86%, var(--ink));
  }
  button.danger {
    background: var(--danger-soft);
    color: var(--danger);
  }
  button.plain {
    background: transparent;
  }
  button.plain:hover:not(:disabled) {
    background: var(--surface-sunk);
  }
  button.icon-only {
    width: 40px;
    padding: 0;
  }
`;

export const fields = css`
  label,
  .label {
    display: grid;
    gap: 6px;
    font-size: var(--text-s);
    font-weight: 550;
    min-width: 0;
  }
  input:not([type="checkbox"], [type="radio"], [type="range"]),
  select,
  textarea {
    width: 100%;
    min-height: 44px;
    padding: 0 var(--space-3);
    border: 1px solid var(--line-strong);
    border-radius: var(--radius-s);
    background: var(--surface);
    color: var(--ink);
    font: 400 var(--text-m) / 1.4 var(--font);
  }
  textarea {
    min-height: 84px;
    padding: var(--space-2) var(--space-3);
    resize: vertical;
  }
  input::placeholder {
    color: var(--ink-soft);
    opacity: 0.8;
  }
  input[aria-invalid="true"],
  textarea[aria-invalid="true"] {
    border-color: var(--danger);
  }
  input[type="checkbox"],
  input[type="radio"],
  input[type="range"] {
    accent-color: var(--accent);
  }
  input[type="range"] {
    width: 100%;
    margin: 0;
  }
  .hint {
    font-weight: 400;
    font-size: var(--text-s);
    color: var(--ink-soft);
  }
  .problem {
    font-weight: 500;
    font-size: var(--text-s);
    color: var(--danger);
  }
  .notice {
    padding: var(--space-3) var(--space-4);
    border-radius: var(--radius-m);
    background: var(--danger-soft);
    color: var(--danger);
    font-size: var(--text-s);
    font-weight: 500;
  }
  .switch {
    display: flex;
    align-items: flex-start;
    gap: var(--space-3);
  }
  .switch input {
    flex: none;
    appearance: none;
    position: relative;
    width: 40px;
    height: 24px;
    margin: 0;
    border-radius: var(--radius-full);
    background: var(--line-strong);
    cursor: pointer;
    transition: background var(--quick);
  }
  .switch input::after {
    content: "";
    position: absolute;
    inset: 3px auto 3px 3px;
    width: 18px;
    border-radius: 50%;
    background: var(--surface);
    transition: translate var(--quick);
  }
  .switch input:checked {
    background: var(--accent);
  }
  .switch input:checked::after {
    translate: 16px 0;
  }
  .switch .hint {
    display: block;
    margin-top: 2px;
  }
  .pair {
    display: grid;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    gap: var(--space-4);
  }
  @media (max-width: 520px) {
    .pair {
      grid-template-columns: minmax(0, 1fr);
    }
  }
`;

/** Words and drawings that say at a glance how it stands with something. */
export const marks = css`
  .badge {
    padding: 2px 9px;
    border-radius: var(--radius-full);
    background: var(--surface-sunk);
    color: var(--ink-soft);
    font-size: var(--text-xs);
    font-weight: 600;
  }
  .sign {
    display: grid;
    flex: none;
    place-items: center;
    width: 42px;
    height: 42px;
    border-radius: 50%;
    background: var(--accent-soft);
    color: var(--accent);
  }
  .badge.bad,
  .sign.bad {
    background: var(--danger-soft);
    color: var(--danger);
  }
  .badge.warn,
  .sign.warn {
    background: var(--motion-soft);
    color: var(--motion);
  }
  .badge.good {
    background: var(--accent-soft);
    color: var(--good);
  }
`;

/** Names, and beside each what it is. */
export const facts = css`
  dl {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    gap: var(--space-1) var(--space-4);
    margin: 0;
  }
  dd {
    margin: 0;
    overflow-wrap: anywhere;
  }
`;
