import type { SottoPanes } from '../elements/panes.ts'
import { SottoApp } from '../elements/sotto-app.ts'
import '../dialog-screens.ts'
import { directionOf, isLanguage, speak } from '../language.ts'
import { FakeDesk, FakeOffice } from './fake-desk.ts'
import { SCENES, type Scene } from './scenes.ts'

/** Shows `gallery.html?scene=NAME&theme=light|dark&language=en|de|…`, or the list of scenes. For development only. */
const query = new URLSearchParams(location.search)
const scene = SCENES[query.get('scene') ?? '']
if (scene === undefined) list()
else void play(scene)

function list(): void {
  for (const name of Object.keys(SCENES)) {
    const link = document.createElement('a')
    link.href = `?scene=${name}`
    link.textContent = name
    const line = document.createElement('p')
    line.append(link)
    document.body.append(line)
  }
}

async function play({ open }: Scene): Promise<void> {
  const asked = query.get('language')
  const spoken = await speak(isLanguage(asked) ? asked : 'auto', navigator.languages)
  document.documentElement.lang = spoken
  document.documentElement.dir = directionOf(spoken)
  const app = new SottoApp()
  const theme = query.get('theme')
  app.office = new FakeOffice(
    new FakeDesk(scene!, theme === 'light' || theme === 'dark' ? theme : 'auto'),
  )
  document.body.append(app)
  await app.updateComplete
  const panes = app.querySelector<SottoPanes>('sotto-panes')
  await panes?.updateComplete
  const inside = panes?.renderRoot
  const chat = inside?.querySelector('sotto-conversation')
  await new Promise((resolve) => setTimeout(resolve, 50)) // Dialogs draw themselves after their owner.
  if (open === 'add') inside?.querySelector('sotto-add-contact')?.show()
  else if (open === 'settings') inside?.querySelector('sotto-settings-dialog')?.show()
  else if (open === 'verify') chat?.renderRoot.querySelector('sotto-verify-dialog')?.show()
  else if (open === 'compare')
    chat?.renderRoot.querySelector('sotto-verify-dialog')?.show('compare')
  else if (open === 'keys') chat?.renderRoot.querySelector('sotto-keys-dialog')?.show()
  else if (open === 'room') inside?.querySelector('sotto-enter-room')?.show()
  else if (open === 'search') inside?.querySelector('sotto-search-dialog')?.show()
  else if (open === 'export') inside?.querySelector('sotto-export-dialog')?.show()
  else if (open === 'invite') chat?.renderRoot.querySelector('sotto-room-dialogs')?.showInvite()
  else if (open === 'nickname') chat?.renderRoot.querySelector('sotto-room-dialogs')?.showNickname()
  else if (open === 'menu')
    within(chat, 'sotto-chat-header', 'sotto-encryption-button', 'sotto-menu', '.trigger')?.click()
  else if (open === 'options')
    within(chat, 'sotto-chat-header', 'sotto-conversation-menu', 'sotto-menu', '.trigger')?.click()
  else if (open === 'history' || open === 'clear' || open === 'rename' || open === 'remove')
    within(chat, 'sotto-chat-header', 'sotto-conversation-menu')?.show(open)
  else if (open === 'members') within(chat, 'sotto-chat-header', '.members')?.click()
  else if (open === 'emoji') within(chat, 'sotto-composer', 'sotto-emoji-button', 'button')?.click()
  if (open === 'emoji') await new Promise((resolve) => setTimeout(resolve, 2_000)) // Fetched then.
  document.documentElement.dataset['ready'] = 'true'
}

/** What stands inside of what stands inside, through shadow roots. */
function within(start: Element | null | undefined, ...path: readonly string[]) {
  return path.reduce<Element | null>(
    (at, selector) => at?.shadowRoot?.querySelector(selector) ?? null,
    start ?? null,
  ) as (HTMLElement & { show(id: string): void }) | null
}

declare global {
  interface HTMLElementTagNameMap {
    'sotto-add-contact': import('../elements/add-contact.ts').SottoAddContact
    'sotto-enter-room': import('../elements/enter-room.ts').SottoEnterRoom
    'sotto-export-dialog': import('../elements/export-dialog.ts').SottoExportDialog
    'sotto-room-dialogs': import('../elements/room-dialogs.ts').SottoRoomDialogs
    'sotto-search-dialog': import('../elements/search-dialog.ts').SottoSearchDialog
    'sotto-conversation': import('../elements/conversation.ts').SottoConversation
    'sotto-settings-dialog': import('../elements/settings-dialog.ts').SottoSettingsDialog
    'sotto-verify-dialog': import('../elements/verify-dialog.ts').SottoVerifyDialog
    'sotto-keys-dialog': import('../elements/keys-dialog.ts').SottoKeysDialog
  }
}
