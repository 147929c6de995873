import { URI, UserAgent } from 'sip.js'
import type { IncomingResponseMessage } from 'sip.js/lib/core/index.js'
import { type NameAddr, parseNameAddr } from './address.ts'
import type { SipAccount } from './agent-door.ts'
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
      onAnswer(readAnswer(response, ownBinding(response, userAgent)))
    }
    core.register(message, {
      onAccept: (accepted) => {
        const { params } = ownBinding(accepted.message, userAgent) ?? {}
        userAgent.contact.pubGruu = account.gruu === true ? readGruu(params ?? '') : undefined
        answer(accepted)
      },
      onReject: answer,
      onRedirect: answer,
    })
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

/** Our Contact among those of an answer; its user part is ours alone. */
function ownBinding(response: IncomingResponseMessage, userAgent: UserAgent): NameAddr | null {
  const bindings = response.getHeaders('contact').map(parseNameAddr)
  return bindings.find((one) => one?.uri.includes(`:${userAgent.contact.uri.user}@`)) ?? null
}

function readAnswer(response: IncomingResponseMessage, ours: NameAddr | null): RegisterAnswer {
  const granted = /;\s*expires\s*=\s*"?(\d+)/i.exec(ours?.params ?? '')?.[1]
  return {
    status: isReal(response) ? (response.statusCode ?? null) : null,
    expires: seconds(granted) ?? seconds(response.getHeader('expires')),
    minExpires: seconds(response.getHeader('min-expires')),
    retryAfter: seconds(response.getHeader('retry-after')),
    flowTimer: seconds(response.getHeader('flow-timer')),
  }
}

/** RFC 5627 §4; the temporary one, which changes with every REGISTER, is of no use here. */
function readGruu(params: string): URI | undefined {
  const uri = /;\s*pub-gruu\s*=\s*"(sip:[^"<>\s\\]{1,1024})"/i.exec(params)?.[1]
  return uri === undefined ? undefined : UserAgent.makeURI(uri)
}
