import { testPair } from './pair-suite.ts'

testPair('pair-edge')
