import { css } from 'lit'

/** Switches, radios and their headings, as they stand in the settings. */
export const settingsStyles = css`
  fieldset {
    display: grid;
    gap: var(--gap-3);
  }

  legend {
    margin-block-end: var(--gap-2);
    font-size: var(--text-m);
    font-weight: 600;
  }

  label:not(.field > *) {
    display: flex;
    align-items: center;
    gap: var(--gap-3);
    min-block-size: 1.75rem;
    cursor: pointer;
  }

  input {
    flex: none;
    inline-size: 1.125rem;
    block-size: 1.125rem;
    margin: 0;
    accent-color: var(--accent);
  }

  .indent {
    margin-inline-start: 1.875rem;
  }
`
