import { css } from "lit";

/** What the parts of the neighbourhood share beside ui/styles. */
export const neighbourly = css`
  textarea {
    width: 100%;
    min-height: 84px;
    padding: var(--space-2) var(--space-3);
    border: 1px solid var(--line-strong);
    border-radius: var(--radius-s);
    background: var(--surface);
    color: var(--ink);
    font: 400 var(--text-m) / 1.4 var(--font);
    resize: vertical;
  }
  textarea[aria-invalid="true"] {
    border-color: var(--danger);
  }
  legend {
    padding: 0;
    margin-bottom: 6px;
    font-size: var(--text-s);
    font-weight: 550;
  }
  h4 {
    margin: 0;
    font-size: var(--text-m);
    font-weight: 600;
  }
  .words {
    overflow-wrap: anywhere;
    white-space: pre-line;
  }
  .card {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--space-3);
    padding: var(--space-4);
    border: 1px solid var(--line);
    border-radius: var(--radius-m);
    background: var(--surface);
  }
  .sunk {
    padding: var(--space-3) var(--space-4);
    border-radius: var(--radius-m);
    background: var(--surface-sunk);
  }
  .advice {
    display: grid;
    gap: var(--space-2);
    padding: var(--space-3) var(--space-4);
    border-radius: var(--radius-m);
    background: var(--motion-soft);
    color: var(--motion);
    font-size: var(--text-s);
    font-weight: 500;
  }
  .badge {
    padding: 2px 9px;
    border-radius: var(--radius-full);
    background: var(--surface-sunk);
    color: var(--ink-soft);
    font-size: var(--text-xs);
    font-weight: 600;
  }
  .badge.bad {
    background: var(--danger-soft);
    color: var(--danger);
  }
  .badge.warn {
    background: var(--motion-soft);
    color: var(--motion);
  }
  .badge.good {
    background: var(--accent-soft);
    color: var(--good);
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
  .sign.bad {
    background: var(--danger-soft);
    color: var(--danger);
  }
  .sign.warn {
    background: var(--motion-soft);
    color: var(--motion);
  }
  .chips {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2);
  }
  .chip {
    position: relative;
    display: inline-flex;
    align-items: center;
    gap: 6px;
    min-height: 40px;
    padding: 0 var(--space-3);
    border: 1px solid var(--line);
    border-radius: var(--radius-full);
    cursor: pointer;
    font-weight: 500;
  }
  .chip input {
    position: absolute;
    inset: 0;
    margin: 0;
    opacity: 0;
    cursor: pointer;
  }
  .chip:has(:checked) {
    border-color: var(--accent);
    background: var(--accent-soft);
    color: var(--accent);
  }
  .chip:has(:focus-visible) {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }
  dl {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    gap: var(--space-1) var(--space-4);
    margin: 0;
    font-size: var(--text-s);
  }
  dt {
    color: var(--ink-soft);
  }
  dd {
    margin: 0;
    overflow-wrap: anywhere;
    white-space: pre-line;
  }
  img,
  video {
    display: block;
    max-width: 100%;
    border-radius: var(--radius-m);
  }
  @media (max-width: 520px) {
    dl {
      grid-template-columns: minmax(0, 1fr);
      gap: 0;
    }
    dd {
      margin-bottom: var(--space-2);
    }
  }
`;
