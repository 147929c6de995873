import { css } from 'lit'

/** A file stands in the timeline as a message does, framed. */
export const fileCardStyles = css`
  :host {
    display: block;
  }

  .whole {
    display: grid;
    justify-items: start;
  }

  :host([direction='out']) .whole {
    justify-items: end;
  }

  .card {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr) auto;
    align-items: baseline;
    gap: var(--gap-1) var(--gap-2);
    inline-size: min(26rem, 92%);
    padding: var(--gap-3) var(--gap-3);
    border: 1px solid var(--line);
    border-radius: var(--round-l);
    border-end-start-radius: 0.3rem;
    background: var(--raised);
  }

  :host([direction='out']) .card {
    border-color: transparent;
    border-end-start-radius: var(--round-l);
    border-end-end-radius: 0.3rem;
    background: var(--own);
  }

  .card > sotto-icon {
    align-self: center;
    color: var(--ink-soft);
  }

  .name {
    min-inline-size: 0;
    font-weight: 600;
    overflow-wrap: anywhere;
  }

  .size {
    color: var(--ink-soft);
    font-size: var(--text-s);
    white-space: nowrap;
  }

  .says,
  .picture,
  progress,
  .actions {
    grid-column: 1 / -1;
    min-inline-size: 0;
  }

  .says {
    display: grid;
    gap: var(--gap-1);
    font-size: var(--text-s);
    text-wrap: pretty;
    overflow-wrap: anywhere;
  }

  .pace {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    gap: 0 var(--gap-3);
    font-variant-numeric: tabular-nums;
  }

  .soft {
    color: var(--ink-soft);
  }

  .failed {
    color: var(--danger);
  }

  progress {
    inline-size: 100%;
    block-size: 0.5rem;
    accent-color: var(--accent);
  }

  .actions {
    margin-block-start: var(--gap-1);
  }

  button.picture {
    --tallest: 18rem;
    display: block;
    min-block-size: 2rem;
    inline-size: fit-content;
    max-inline-size: 100%;
    margin-block: var(--gap-1);
    padding: 0;
    border: 0;
    border-radius: var(--round-s);
    background: var(--sunken);
    overflow: hidden;
    cursor: zoom-in;
  }

  .picture img {
    display: block;
    inline-size: auto;
    block-size: auto;
    max-inline-size: 100%;
    max-block-size: var(--tallest);
    min-inline-size: 2rem;
    min-block-size: 2rem;
    object-fit: contain;
  }

  .meta {
    display: flex;
    align-items: center;
    gap: 0.375rem;
    margin-block: 0.2rem 0;
    padding-inline: 0.4rem;
    color: var(--ink-soft);
    font-size: 0.75rem;
    --icon-size: 0.9rem;
  }

  .lock {
    display: inline-flex;
  }

  .lock.verified {
    color: var(--safe);
  }
`
