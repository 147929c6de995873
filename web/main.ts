import { Desk } from './desk.ts'
import { SottoApp } from './elements/sotto-app.ts'
import { browserWorld } from './world.ts'

const app = new SottoApp()
app.desk = new Desk(browserWorld())
document.body.append(app)
