/**
 * Why the edge did not start. The code is the contract; the sentence is for the operator.
 *
 * - `EDGE_NO_APP`: there is no built app in the web root.
 * - `EDGE_PORT_TAKEN`: something else listens there. `EDGE_PORT_FORBIDDEN`: only root may.
 * - `EDGE_HOST_UNKNOWN`: the host is no address of this machine.
 * - `EDGE_TLS`: certificate or key cannot be used.
 */
export type EdgeErrorCode =
  | 'EDGE_NO_APP'
  | 'EDGE_PORT_TAKEN'
  | 'EDGE_PORT_FORBIDDEN'
  | 'EDGE_HOST_UNKNOWN'
  | 'EDGE_TLS'

export class EdgeError extends Error {
  override readonly name = 'EdgeError'
  readonly code: EdgeErrorCode

  constructor(code: EdgeErrorCode, sentence: string) {
    super(sentence)
    this.code = code
  }
}
