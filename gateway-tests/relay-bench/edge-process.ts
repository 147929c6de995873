/*
 * An edge in a process of its own, as Kamailio is: started with `fork`, says where it is.
 */
import { startEdge } from '../../edge/index.ts'
import { passwordOf } from '../kamailio.ts'

const edge = await startEdge({ port: 0, dataDir: null, webRoot: null })
for (const name of ['alice', 'bob']) await edge.enrol(name, passwordOf(name))
process.send!(edge.wsUrl)
process.once('disconnect', () => process.exit())
