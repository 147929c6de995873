import { URI, type UserAgent } from 'sip.js'
import type { IncomingResponseMessage } from 'sip.js/lib/core/index.js'
import { parseNameAddr } from './address.ts'
import type { SipAccount } from './agent-options.ts'
import { isReal, seconds } from './answer.ts'
import type { RegisterAnswer, RegisterRequest, SendRegister } from './registration.ts'

/**
 * REGISTER by the core of sip.js, one transaction with its digest and nothing more. Its `Registerer`
 * is not used: a 200 without `expires` makes it register without pause, and a 200 without Contact
 * makes it never register again.
 */
export function registerSender(
  userAgent: UserAgent,
  account: SipAccount,
  callId: string,
): SendRegister {
  const { aor } = userAgent.userAgentCore.configuration
  const registrar = new URI('sip', '', aor.host, aor.port)
  let cseq = 1
  return (request, onAnswer) => {
    const core = userAgent.userAgentCore
    const message = core.makeOutgoingRequestMessage(
      'REGISTER',
      registrar,
      aor,
      aor,
      {
        callId,
        cseq,
        ...(request.outbound ? {} : { optionTags: ['path'] }),
      },
      [`Contact: ${contact(userAgent, account, request)}`, `Expires: ${request.expires}`],
    )
    const answer = ({ message: response }: { readonly message: IncomingResponseMessage }) => {
      cseq = message.cseq + 1 // Its digest may have taken a number more.
      onAnswer(readAnswer(response, userAgent.contact.uri.user ?? ''))
    }
    core.register(message, { onAccept: answer, onReject: answer, onRedirect: answer })
    cseq = message.cseq + 1
  }
}

/** RFC 5626 §4.2: the instance and the flow, so that a new binding replaces the old one. */
function contact(userAgent: UserAgent, account: SipAccount, request: RegisterRequest): string {
  return [
    userAgent.contact.toString({ register: true }),
    ...(request.outbound ? ['reg-id=1'] : []),
    `+sip.instance="<urn:uuid:${account.instanceId}>"`,
    `expires=${request.expires}`,
  ].join(';')
}

/** @param user - the user part of our Contact, which is ours alone */
function readAnswer(response: IncomingResponseMessage, user: string): RegisterAnswer {
  const bindings = response.getHeaders('contact').map(parseNameAddr)
  const ours = bindings.find((binding) => binding?.uri.includes(`:${user}@`))
  const granted = /;\s*expires\s*=\s*"?(\d+)/i.exec(ours?.params ?? '')?.[1]
  return {
    status: isReal(response) ? (response.statusCode ?? null) : null,
    expires: seconds(granted) ?? seconds(response.getHeader('expires')),
    minExpires: seconds(response.getHeader('min-expires')),
    retryAfter: seconds(response.getHeader('retry-after')),
    flowTimer: seconds(response.getHeader('flow-timer')),
  }
}
