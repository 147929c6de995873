import { css } from 'lit'

/** Resets, buttons, fields and focus, the same inside every shadow root. */
export const shared = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
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
  dl,
  dd,
  fieldset {
    margin: 0;
    padding: 0;
    border: 0;
  }

  ul,
  ol {
    list-style: none;
  }

  h1,
  h2,
  h3 {
    font-weight: 600;
    line-height: 1.25;
    text-wrap: balance;
  }

  /* Letters that join must not be moved apart, nor pushed together. */
  :is(h1, h2, h3):dir(rtl) {
    letter-spacing: 0 !important;
  }

  button,
  input,
  select,
  textarea {
    font: inherit;
    color: inherit;
  }

  :focus-visible {
    outline: 2px solid var(--focus);
    outline-offset: 2px;
  }

  .visually-hidden {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  button {
    min-block-size: var(--control);
    padding: 0 var(--gap-4);
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: var(--gap-2);
    border: 1px solid var(--line-strong);
    border-radius: var(--round-s);
    background: var(--raised);
    font-weight: 500;
    cursor: pointer;
    transition:
      background-color 120ms,
      border-color 120ms;
  }

  button:hover {
    background: color-mix(in srgb, var(--ink) 6%, var(--raised));
  }

  button[disabled],
  button[aria-disabled='true'] {
    opacity: 0.55;
    cursor: default;
  }

  button.primary {
    border-color: var(--accent);
    background: var(--accent);
    color: var(--on-accent);
  }

  button.primary:hover {
    border-color: var(--accent-strong);
    background: var(--accent-strong);
  }

  button.quiet {
    border-color: transparent;
    background: transparent;
  }

  button.quiet:hover {
    background: color-mix(in srgb, var(--ink) 7%, transparent);
  }

  button.icon {
    inline-size: var(--control);
    padding: 0;
    flex: none;
  }

  button.small {
    min-block-size: 2rem;
    padding: 0 var(--gap-3);
    font-size: var(--text-s);
  }

  button.small.icon {
    inline-size: 2rem;
    padding: 0;
  }

  button.danger {
    border-color: var(--danger);
    color: var(--danger);
  }

  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: var(--gap-2);
  }

  .field {
    display: grid;
    gap: var(--gap-1);
  }

  .field label,
  legend {
    padding: 0;
    font-weight: 500;
  }

  .field input,
  .field select {
    inline-size: 100%;
    min-block-size: var(--control);
    padding: 0 var(--gap-3);
    border: 1px solid var(--line-strong);
    border-radius: var(--round-s);
    background: var(--surface);
  }

  .hint {
    color: var(--ink-soft);
    font-size: var(--text-s);
  }

  .warning {
    color: var(--caution);
    font-size: var(--text-s);
  }

  .fault {
    display: flex;
    gap: var(--gap-2);
    color: var(--danger);
  }

  .soft {
    color: var(--ink-soft);
  }

  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation-duration: 0.01ms !important;
      animation-iteration-count: 1 !important;
      transition: none !important;
      scroll-behavior: auto !important;
    }
  }

  @media (forced-colors: active) {
    button,
    .field input,
    .field select {
      border-color: ButtonBorder;
    }

    button.primary {
      forced-color-adjust: none;
      border-color: Highlight;
      background: Highlight;
      color: HighlightText;
    }
  }
`
