import { css } from 'lit'

/** A screen that stands before the account: one card in the middle. */
export const threshold = css`
  :host {
    display: grid;
    min-block-size: 100dvh;
    padding: var(--gap-4);
    place-items: center;
  }

  main {
    display: grid;
    gap: var(--gap-4);
    inline-size: min(26rem, 100%);
    padding: var(--gap-6);
    border: 1px solid var(--line);
    border-radius: var(--round-l);
    background: var(--surface);
    box-shadow: var(--shadow);
  }

  h1 {
    font-size: var(--text-xl);
    overflow-wrap: anywhere;
  }

  main > sotto-icon {
    color: var(--accent);
    --icon-size: 2.25rem;
  }

  summary {
    font-weight: 500;
    cursor: pointer;
  }

  details[open] > summary {
    margin-block-end: var(--gap-3);
  }
`
