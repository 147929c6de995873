import { describe } from 'vitest'
import { startProsody } from '../xmpp/prosody.ts'
import { testOtr } from './otr-suite.ts'
import { COMPONENTS } from './stage.ts'

describe('OTR between SIP and XMPP, over Prosody', () => testOtr(() => startProsody(COMPONENTS)))
