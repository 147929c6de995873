import { testRow } from './matrix-suite.ts'

testRow('pidgin')
