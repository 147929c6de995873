import { updateWhenLocaleChanges } from '@lit/localize'
import { LitElement } from 'lit'

/** An element that has words in it: it is drawn again when another language is chosen. */
export class SottoElement extends LitElement {
  constructor() {
    super()
    updateWhenLocaleChanges(this)
  }
}
