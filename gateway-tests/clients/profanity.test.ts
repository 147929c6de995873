import { testXmppClient } from './client-suite.ts'
import { PROFANITY } from './profanity.ts'

testXmppClient(PROFANITY)
