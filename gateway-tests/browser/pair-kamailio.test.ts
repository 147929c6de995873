import { testPair } from './pair-suite.ts'

testPair('pair-kamailio')
