import { testXmppClient } from './client-suite.ts'
import { LIBOTR_CLIENT } from './library-client.ts'

testXmppClient(LIBOTR_CLIENT)
