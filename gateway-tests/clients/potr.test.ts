import { testXmppClient } from './client-suite.ts'
import { POTR_CLIENT } from './library-client.ts'

testXmppClient(POTR_CLIENT)
