import { testXmppClient } from './client-suite.ts'
import { MCABBER } from './mcabber.ts'

testXmppClient(MCABBER)
