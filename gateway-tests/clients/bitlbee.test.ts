import { BITLBEE } from './bitlbee.ts'
import { testXmppClient } from './client-suite.ts'

testXmppClient(BITLBEE)
