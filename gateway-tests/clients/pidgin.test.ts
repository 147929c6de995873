import { testXmppClient } from './client-suite.ts'
import { PIDGIN } from './pidgin.ts'

testXmppClient(PIDGIN)
