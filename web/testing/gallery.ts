import type { SottoAddContact } from '../elements/add-contact.ts'
import type { SottoSettingsDialog } from '../elements/settings-dialog.ts'
import { SottoApp } from '../elements/sotto-app.ts'
import type { SottoChat } from '../elements/sotto-chat.ts'
import { FakeDesk } from './fake-desk.ts'
import { SCENES, type Scene } from './scenes.ts'

/** Shows `gallery.html?scene=NAME&theme=light|dark`, or the list of scenes. For development only. */
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
  const app = new SottoApp()
  const theme = query.get('theme')
  app.desk = new FakeDesk(scene!, theme === 'light' || theme === 'dark' ? theme : 'auto')
  document.body.append(app)
  await app.updateComplete
  const chat = app.querySelector<SottoChat>('sotto-chat')
  await new Promise((resolve) => setTimeout(resolve, 50)) // Dialogs draw themselves after their owner.
  if (open === 'add') app.querySelector<SottoAddContact>('sotto-add-contact')?.show()
  else if (open === 'settings')
    app.querySelector<SottoSettingsDialog>('sotto-settings-dialog')?.show()
  else if (open === 'verify') chat?.renderRoot.querySelector('sotto-verify-dialog')?.show()
  else if (open === 'keys') chat?.renderRoot.querySelector('sotto-keys-dialog')?.show()
  document.documentElement.dataset['ready'] = 'true'
}

declare global {
  interface HTMLElementTagNameMap {
    'sotto-verify-dialog': import('../elements/verify-dialog.ts').SottoVerifyDialog
    'sotto-keys-dialog': import('../elements/keys-dialog.ts').SottoKeysDialog
  }
}
