import { AppShell } from './app-shell.ts'
import { SottoApp } from './elements/sotto-app.ts'
import { refuseDrops } from './files/dropped.ts'
import { Office } from './office.ts'
import { allowOwnWorkers } from './trusted-types.ts'
import { browserWorlds } from './world.ts'

allowOwnWorkers(location)

const worlds = browserWorlds()
const world = worlds()
await world.speak(world.loadSettings().language)
const app = new SottoApp()
app.office = new Office(worlds, sessionStorage)
app.shell = new AppShell()
document.body.append(app)
void import('./chat-stack.ts') // Needed by whoever signs in, which is next.
// Files of a page that was closed while somebody was signed in; some browsers have no such storage.
void import('./files/file-shelf.ts').then(({ sweepShelves }) => sweepShelves().catch(() => {}))
refuseDrops(window)
if (import.meta.env.PROD) void app.shell.start()
