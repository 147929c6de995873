import { testRow } from './matrix-suite.ts'

testRow('otr3')
