import { css } from 'lit'

/** A card between the messages and the composer: something that waits for the person. */
export const cardStyles = css`
  .card {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: var(--gap-2) var(--gap-3);
    max-inline-size: 56rem;
    margin: 0 auto;
    padding: var(--gap-3) var(--gap-4);
    border: 1px solid var(--line);
    border-radius: var(--round-m);
    background: var(--raised);
    box-shadow: 0 1px 3px rgb(0 0 0 / 6%);
  }

  .card > sotto-icon {
    margin-block-start: 0.1em;
    color: var(--ink-soft);
  }

  .card > :not(sotto-icon) {
    grid-column: 2;
    min-inline-size: 0;
  }

  .card.safe {
    border-color: color-mix(in srgb, var(--safe) 45%, transparent);
    background: var(--safe-soft);
  }

  .card.safe > sotto-icon {
    color: var(--safe);
  }

  .card.caution {
    border-color: color-mix(in srgb, var(--caution) 45%, transparent);
    background: var(--caution-soft);
  }

  .card.caution > sotto-icon {
    color: var(--caution);
  }

  .card.danger {
    border-color: var(--danger);
    background: var(--danger-soft);
  }

  .card.danger > sotto-icon {
    color: var(--danger);
  }

  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    justify-content: space-between;
    gap: 0 var(--gap-3);
  }

  .title {
    font-weight: 600;
    font-size: var(--text-m);
    overflow-wrap: anywhere;
  }

  .text {
    display: grid;
    gap: var(--gap-1);
    font-size: var(--text-s);
    text-wrap: pretty;
  }

  .card .actions {
    margin-block-start: var(--gap-1);
  }

  .card button {
    min-block-size: 2.125rem;
    font-size: var(--text-s);
  }

  details {
    font-size: var(--text-s);
  }

  summary {
    inline-size: fit-content;
    min-block-size: 1.5rem;
    cursor: pointer;
  }
`
