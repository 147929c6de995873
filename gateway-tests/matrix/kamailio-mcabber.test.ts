import { testRow } from './matrix-suite.ts'

testRow('kamailio-mcabber')
