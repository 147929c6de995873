import { testXmppClient } from './client-suite.ts'
import { OTR3_CLIENT } from './library-client.ts'

testXmppClient(OTR3_CLIENT)
