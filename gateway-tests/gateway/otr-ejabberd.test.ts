import { describe } from 'vitest'
import { startEjabberd } from '../xmpp/ejabberd.ts'
import { testOtr } from './otr-suite.ts'
import { COMPONENTS } from './stage.ts'

describe('OTR between SIP and XMPP, over ejabberd', () => testOtr(() => startEjabberd(COMPONENTS)))
