/**
 * A call that an actor placed, as its server sees it: enough to say more within it, in the name of
 * whoever was called.
 */
export class OverheardCall {
  #answer = ''
  #cseq = 70

  /** For `ActorOptions.forge`: hears the answer, and changes nothing. */
  readonly listen = (sip: string): string => {
    if (sip.startsWith('SIP/2.0 200') && sip.includes('m=message')) this.#answer = sip
    return sip
  }

  get sdp(): string {
    return this.#answer.slice(this.#answer.indexOf('\r\n\r\n') + 4)
  }

  /** @param sdp - may be empty */
  request(method: string, contact: string, sdp: string): string {
    const cseq = ++this.#cseq
    const [, caller] = /<([^>]+)>/.exec(this.#field('From'))!
    return [
      `${method} ${caller} SIP/2.0`,
      `Via: SIP/2.0/WS proxy.invalid;branch=z9hG4bK${method}${cseq}`,
      `From: ${this.#field('To')}`,
      `To: ${this.#field('From')}`,
      `Call-ID: ${this.#field('Call-ID')}`,
      `CSeq: ${cseq} ${method}`,
      `Contact: ${contact}`,
      'Max-Forwards: 70',
      ...(sdp === '' ? [] : ['Content-Type: application/sdp']),
      `Content-Length: ${sdp.length}`,
      '',
      sdp,
    ].join('\r\n')
  }

  #field(name: string): string {
    return new RegExp(`^${name}: (.*)$`, 'im').exec(this.#answer)?.[1] ?? ''
  }
}
