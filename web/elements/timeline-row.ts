import { html, nothing } from 'lit'
import type { Notice, PrivacyState } from '../../chat/index.ts'
import { HISTORY } from '../history-words.ts'
import type { IconName } from '../icons.ts'
import { ChatIntentEvent } from '../intents.ts'
import { noticeSentence } from '../notice-words.ts'
import { ROOM } from '../room-words.ts'
import { dividerOf, momentOf, timeOf } from '../time-words.ts'
import type { Row } from '../timeline-rows.ts'
import { CHAT } from '../words.ts'
import './file-card.ts'
import './icon.ts'
import './message.ts'

/** What a row depends on beside itself. */
export interface RowContext {
  /** The contact's. */
  readonly name: string
  readonly privacy: PrivacyState
  /** News since then are read out; what is older was here when the conversation was opened. */
  readonly openedAt: number
  /** A card already says what the newest alert says. */
  readonly covered: boolean
  readonly asked: ReadonlySet<string>
  /** Addresses of members whose name somebody else in the room has too. */
  readonly ambiguous: ReadonlySet<string>
  /** The row that the keyboard is at. */
  readonly current: string | null
  readonly sought: string | null
  /** Smileys are drawn as emoji. */
  readonly smileys: boolean
  readonly alone: boolean
}

const NOTICE_ICON: Record<Notice['tone'], IconName> = {
  status: 'info',
  warning: 'circle-alert',
  alert: 'shield-alert',
}

export function rowTemplate(row: Row, context: RowContext) {
  switch (row.kind) {
    case 'day':
      return html`<li class="day" aria-live="off">${dividerOf(row.at, Date.now())}</li>`
    case 'new':
      return html`<li class="divider" aria-live="off">${CHAT.newMessages}</li>`
    case 'earlier':
    case 'since':
      return html`<li class="divider" aria-live="off">${ROOM[row.kind]}</li>`
    case 'notice': {
      const isFresh = row.notice.at >= context.openedAt
      return html`
        <li aria-live=${isFresh ? nothing : 'off'}>
          ${row.notice.code === 'message-unreadable' ? gapTemplate(row.notice, context.asked) : noticeTemplate(row.notice, isFresh && !context.covered)}
        </li>`
    }
    case 'file':
      // What becomes of it is said by `<sotto-file-news>`: its bytes are not read out one by one.
      return html`
        <li aria-live="off" tabindex="-1" data-key=${row.key}>
          <sotto-file .transfer=${row.transfer} .held=${row.held} .name=${context.name} .privacy=${context.privacy}></sotto-file>
        </li>`
    case 'message': {
      const { message, key } = row
      const isNews = message.author === 'peer' && !message.earlier && message.at >= context.openedAt
      const classes = [row.continues && 'continues', key === context.sought && 'sought']
      return html`
        <li class=${classes.filter(Boolean).join(' ') || nothing} aria-live=${isNews ? nothing : 'off'} tabindex="-1" data-key=${key}>
          <sotto-message .message=${message} .name=${context.name} ?continues=${row.continues} ?continued=${row.continued}
            ?current=${key === context.current} ?smileys=${context.smileys} ?alone=${context.alone}
            .writer=${message.from !== undefined && context.ambiguous.has(message.from) ? message.from : null}></sotto-message>
        </li>`
    }
  }
}

/** Framed and marked with an icon, so that no message can be mistaken for one. */
function noticeTemplate(notice: Notice, isAnnounced: boolean) {
  const { tone, at, code } = notice
  return html`
    <div class="notice ${tone} ${code === 'room-status' ? 'quiet' : ''}" role=${tone === 'alert' && isAnnounced ? 'alert' : nothing} title=${momentOf(at)}>
      <sotto-icon name=${NOTICE_ICON[tone]}></sotto-icon>
      <p><span class="visually-hidden">${CHAT.notice} </span><bdi>${noticeSentence(notice)}</bdi></p>
      <time datetime=${new Date(at).toISOString()}>${timeOf(at)}</time>
    </div>`
}

/** Where a message should stand that could not be read. */
function gapTemplate(notice: Notice, asked: ReadonlySet<string>) {
  const { id, at } = notice
  const isAsked = asked.has(id)
  const ask = (event: Event) =>
    event.target?.dispatchEvent(new ChatIntentEvent({ do: 'askResend', id }))
  return html`
    <div class="notice warning gap" title=${momentOf(at)}>
      <sotto-icon name="circle-alert"></sotto-icon>
      <div>
        <p><span class="visually-hidden">${CHAT.notice} </span><bdi>${noticeSentence(notice)}</bdi></p>
        <button type="button" class="small" aria-disabled=${isAsked ? 'true' : nothing} @click=${isAsked ? nothing : ask}>
          ${isAsked ? HISTORY.asked : HISTORY.askResend}
        </button>
      </div>
      <time datetime=${new Date(at).toISOString()}>${timeOf(at)}</time>
    </div>`
}
