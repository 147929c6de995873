import { testRow } from './matrix-suite.ts'

testRow('libotr')
