import { css } from "lit";

/** What the parts of the hub's page share beside ui/styles. */
export const panel = css`
  .panel {
    padding: var(--space-5);
    border: 1px solid var(--line);
    border-radius: var(--radius-l);
    background: var(--surface);
    box-shadow: var(--shadow);
  }
  .page-title {
    font-size: var(--text-xl);
    letter-spacing: -0.02em;
  }
  .lead {
    max-width: 68ch;
  }
  a {
    color: var(--accent);
  }
  .words {
    overflow-wrap: anywhere;
    white-space: pre-line;
  }
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
  .badge {
    padding: 2px 9px;
    border-radius: var(--radius-full);
    background: var(--surface-sunk);
    color: var(--ink-soft);
    font-size: var(--text-xs);
    font-weight: 600;
    white-space: nowrap;
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
  @media (max-width: 640px) {
    .panel {
      padding: var(--space-4);
    }
  }
`;
