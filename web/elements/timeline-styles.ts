import { css } from 'lit'

/** How messages, notices and dividers stand below each other. */
export const timelineStyles = css`
  :host {
    position: relative;
    display: block;
    min-block-size: 0;
  }

  .scroll {
    block-size: 100%;
    overflow-y: auto;
    padding: var(--gap-4) var(--gap-5) var(--gap-1);
    overflow-anchor: none;
  }

  .scroll:focus-visible {
    outline-offset: -2px;
  }

  @container (max-width: 45rem) {
    .scroll {
      padding: var(--gap-3) var(--gap-3) 0;
    }
  }

  .inner {
    position: relative;
    display: flex;
    flex-direction: column;
    justify-content: flex-end;
    min-block-size: 100%;
    max-inline-size: 56rem;
    margin-inline: auto;
  }

  li {
    margin-block-start: var(--gap-3);
  }

  li.continues {
    margin-block-start: 0.1875rem;
  }

  .day,
  .divider {
    display: flex;
    align-items: center;
    gap: var(--gap-3);
    color: var(--ink-soft);
    font-size: var(--text-s);
  }

  .day::before,
  .day::after,
  .divider::before,
  .divider::after {
    content: '';
    flex: 1;
    border-block-start: 1px solid var(--line);
  }

  .notice {
    display: flex;
    align-items: flex-start;
    justify-content: center;
    gap: var(--gap-2);
    max-inline-size: 36rem;
    margin-inline: auto;
    color: var(--ink-soft);
    font-size: var(--text-s);
    text-align: start;
    --icon-size: 1.2em;
  }

  .notice p {
    text-wrap: pretty;
    overflow-wrap: anywhere;
  }

  .notice.warning,
  .notice.alert {
    inline-size: fit-content;
    padding: var(--gap-2) var(--gap-3);
    border-radius: var(--round-m);
  }

  .notice.warning {
    background: var(--caution-soft);
    color: var(--caution);
  }

  .notice.alert {
    border: 1px solid var(--danger);
    background: var(--danger-soft);
    color: var(--danger);
  }

  .notice time {
    flex: none;
    opacity: 0.9;
  }

  .empty {
    margin-block: auto;
    text-align: center;
  }

  /* Takes no space: its coming and going must not move what is read. */
  .loading {
    position: absolute;
    inset-block-start: calc(-1 * var(--gap-3));
    inset-inline: 0;
    color: var(--ink-soft);
    font-size: 0.75rem;
    text-align: center;
  }

  .earlier {
    align-self: center;
  }

  .composing {
    min-block-size: 1.5rem;
    margin-block-start: var(--gap-2);
    color: var(--ink-soft);
    font-size: var(--text-s);
  }

  .latest {
    position: absolute;
    inset-block-end: var(--gap-3);
    inset-inline: 0;
    inline-size: fit-content;
    margin-inline: auto;
    border-radius: 999px;
    box-shadow: var(--shadow);
  }

  .divider {
    color: var(--accent);
    font-weight: 600;
  }

  /* What a room says of itself: who came, who left. */
  .notice.quiet {
    font-size: 0.75rem;
  }

  .notice.quiet sotto-icon {
    display: none;
  }

  .gap p {
    display: grid;
    gap: var(--gap-2);
    justify-items: start;
  }

  li:focus-visible {
    outline-offset: 2px;
    border-radius: var(--round-s);
  }

  li.sought {
    animation: sought 2.5s ease-out;
    border-radius: var(--round-m);
  }

  @keyframes sought {
    from {
      background: var(--accent-soft);
      box-shadow: 0 0 0 0.5rem var(--accent-soft);
    }
  }
`
