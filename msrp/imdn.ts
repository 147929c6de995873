import { child, escapeXml, readXml } from './xml.ts'

export const IMDN_TYPE = 'message/imdn+xml'
/** Namespace of the CPIM headers Message-ID and Disposition-Notification (RFC 5438 §6). */
export const IMDN_HEADERS = 'urn:ietf:params:imdn'

const NAMESPACE = 'urn:ietf:params:xml:ns:imdn'

/** What a notification says of a message. */
export type ImdnStatus =
  | 'delivered'
  | 'displayed'
  | 'processed'
  | 'stored'
  | 'failed'
  | 'forbidden'
  | 'error'

/** Who says it: the recipient's end, the recipient's screen, or a server on the way. */
const NOTIFICATIONS = {
  'delivery-notification': ['delivered', 'failed', 'forbidden', 'error'],
  'display-notification': ['displayed', 'forbidden', 'error'],
  'processing-notification': ['processed', 'stored', 'forbidden', 'error'],
} as const satisfies Record<string, readonly ImdnStatus[]>

export type ImdnNotification = keyof typeof NOTIFICATIONS

/** A disposition notification (RFC 5438 §7.2.1). */
export interface Imdn {
  /** imdn.Message-ID of the message that it is about. */
  readonly messageId: string
  /** DateTime of that message, as it was written. */
  readonly dateTime: string
  readonly notification: ImdnNotification
  readonly status: ImdnStatus
}

/** Says that a message was delivered or displayed; the rest is for servers. */
export function writeImdn(
  messageId: string,
  dateTime: string,
  status: 'delivered' | 'displayed',
): string {
  const notification = status === 'delivered' ? 'delivery-notification' : 'display-notification'
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    `<imdn xmlns="${NAMESPACE}"><message-id>${escapeXml(messageId)}</message-id>` +
    `<datetime>${escapeXml(dateTime)}</datetime>` +
    `<${notification}><status><${status}/></status></${notification}></imdn>`
  )
}

/** Reads a notification; `null` if it is none. */
export function readImdn(document: string): Imdn | null {
  const root = readXml(document)
  if (root === null || root.name !== 'imdn' || root.namespace !== NAMESPACE) return null
  const messageId = child(root, 'message-id')?.text ?? ''
  if (messageId === '') return null
  for (const [notification, statuses] of Object.entries(NOTIFICATIONS)) {
    const said = child(root, notification)
    const element = said && child(said, 'status')?.children[0]
    const status = statuses.find((status) => status === element?.name)
    if (status === undefined) continue
    return {
      messageId,
      dateTime: child(root, 'datetime')?.text ?? '',
      notification: notification as ImdnNotification,
      status,
    }
  }
  return null
}
