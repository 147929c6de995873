import { Desk } from './desk.ts'
import { SottoApp } from './elements/sotto-app.ts'
import { allowOwnWorkers } from './trusted-types.ts'
import { browserWorld } from './world.ts'

allowOwnWorkers(location)

const app = new SottoApp()
app.desk = new Desk(browserWorld())
document.body.append(app)
