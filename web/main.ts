import { AppShell } from './app-shell.ts'
import { Desk } from './desk.ts'
import { SottoApp } from './elements/sotto-app.ts'
import { refuseDrops } from './files/dropped.ts'
import { allowOwnWorkers } from './trusted-types.ts'
import { browserWorld } from './world.ts'

allowOwnWorkers(location)

const world = browserWorld()
await world.speak(world.loadSettings().language)
const app = new SottoApp()
app.desk = new Desk(world)
app.shell = new AppShell()
document.body.append(app)
void import('./chat-stack.ts') // Needed by whoever signs in, which is next.
// Files of a page that was closed while somebody was signed in; some browsers have no such storage.
void import('./files/file-shelf.ts').then(({ sweepShelves }) => sweepShelves().catch(() => {}))
refuseDrops(window)
if (import.meta.env.PROD) void app.shell.start()
