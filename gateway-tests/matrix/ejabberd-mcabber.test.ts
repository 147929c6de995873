import { testRow } from './matrix-suite.ts'

testRow('ejabberd-mcabber')
