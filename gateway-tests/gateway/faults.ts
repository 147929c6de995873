/**
 * What the deployed gateway (SylkServer's xmppgateway) does wrong, each to be switched on alone. The
 * first five were seen on the wire, the rest read in its source.
 */
export interface GatewayFaults {
  /** An XMPP message without an id goes out under Message-ID `None`; every other id as it is. */
  readonly idsVerbatim?: boolean
  /** Envelopes with bare line feeds, `MIME-Version` and `charset="utf8"`; no report asked for. */
  readonly oddEnvelopes?: boolean
  /** When SIP opens a session, XMPP gets a message of one blank, and `<html>text/plain</html>`. */
  readonly wakesWithBlank?: boolean
  /** After every message to SIP comes an is-composing document that says idle. */
  readonly idleAfterEach?: boolean
  /** text/plain to SIP has no charset at all. */
  readonly noCharset?: boolean
  /** A text of more than 1000 characters goes to SIP whole, once for each thousand. */
  readonly longBodiesRepeated?: boolean
  /** Text from SIP whose part has no charset is lost, and nobody told. */
  readonly losesTextWithoutCharset?: boolean
  /** A receipt is looked up under the stanza's own id, so that reports say 408 in the end. */
  readonly receiptsMismatched?: boolean
}

/** All that the recorded conversations show of it at once. */
export const DEPLOYED: GatewayFaults = {
  idsVerbatim: true,
  oddEnvelopes: true,
  wakesWithBlank: true,
  idleAfterEach: true,
}
